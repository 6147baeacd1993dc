"""The live page in a browser: exceptions, broken imports, stacks that join, and a run that is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local.conftest import Run, running
from tests.local.live.test_page import node, place, status
from tests.local.test_joined_stacks import choreo

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, expect
else:
    expect = pytest.importorskip("playwright.sync_api", reason="make test-browser installs Playwright").expect

pytestmark = pytest.mark.browser
CHARGE = "    return Decision(_move(state, intent)"
JOINING = "infra/examples/notifications/template.yaml"


@pytest.fixture(scope="module")
def run(project: Path) -> Iterator[Run]:
    with running("run", "--template", str(project / "template.yaml")) as started_run:
        yield started_run


def test_an_exception_is_shown_with_its_place_and_the_next_attempt(page: Page, decisions: Path) -> None:
    right = decisions.read_text()
    decisions.write_text(right.replace(CHARGE, f"    raise KeyError('size')\n{CHARGE}", 1))
    where = f"functions/payment/decisions.py:{right[: right.index(CHARGE)].count(chr(10)) + 1}"
    place(page, "shipped")
    retrying = page.locator("#order .message[data-state=retrying]").first
    expect(retrying).to_contain_text(re.compile(r"next attempt in \d+ "))
    retrying.click()
    for shown in ("#details", "#notices", "#log"):
        expect(page.locator(f"{shown} .failure").first).to_contain_text("KeyError: 'size'")
        expect(page.locator(f"{shown} .failure code").first).to_have_text(where)
    expect(page.locator("#details .failure").first).to_contain_text("attempt 1 · next attempt in")
    expect(page.locator("#toasts .problem").first).to_have_text(f"Payment: KeyError: 'size' in {where}")
    expect(node(page, "payment").locator(".failed")).to_have_text(re.compile(r"[1-9]\d* failed"))
    decisions.write_text(right)
    expect(status(page)).to_have_text("shipped")


def test_a_broken_import_is_told_until_the_code_is_mended(page: Page, decisions: Path) -> None:
    right = decisions.read_text()
    decisions.write_text(f"import tea_leaves\n{right}".replace("from __future__", "# from __future__"))
    banner = page.locator("#banners")
    expect(banner).to_contain_text("Payment cannot run. ModuleNotFoundError: No module named 'tea_leaves'")
    expect(node(page, "payment")).to_have_attribute("data-state", "broken")
    decisions.write_text(right)
    expect(banner).to_have_text("")
    expect(node(page, "payment")).to_have_attribute("data-state", "running")


def test_a_stack_that_joins_and_leaves_is_announced_and_drawn(page: Page, run: Run) -> None:
    with choreo(run, "join", JOINING):
        expect(node(page, "notifications").first).to_be_visible()
        expect(page.locator("#notices [data-kind=joined]")).to_have_count(1)
    with choreo(run, "leave", "notifications"):
        expect(node(page, "notifications")).to_have_count(0)
        expect(page.locator("#notices [data-kind=left]")).to_have_count(1)


def test_what_an_event_type_lacks_is_told_above_the_map(page: Page) -> None:
    page.evaluate(
        """async (text) => {
          const { Banners } = await import("/_choreo/js/banners.js");
          new Banners(document.getElementById("banners")).update({ notices: [{ kind: "incomplete", text }] });
        }""",
        "tea.made is in no filter policy",
    )
    expect(page.locator("#banners")).to_have_text("tea.made is in no filter policy")


def test_a_run_that_is_gone_leaves_a_grey_page_that_says_so(browser: Browser) -> None:
    with running() as short:
        page = browser.new_page()
        page.goto(f"{short.url}/_choreo")
        expect(page.locator("#connection")).to_have_text("live")
        short.stop()
        expect(page.locator("#connection")).to_have_text("connection lost")
        expect(page.locator("#banners")).to_contain_text("Start it with make run")
        expect(page.locator("#map")).to_have_css("filter", "grayscale(1)")
        page.close()
