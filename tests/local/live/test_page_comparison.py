"""The comparison with an orchestrated and a naive version on the live page, in a real browser."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.conftest import Run
from tests.local.live.test_page_lessons import open_lesson

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route, expect
else:
    expect = pytest.importorskip("playwright.sync_api", reason="make test-browser installs Playwright").expect

pytestmark = pytest.mark.browser
CALCULATED_MS = 90_000
"""Longer than the comparison takes beside other tests."""
VERSIONS = ["choreography", "orchestrated", "naive"]
REASON = "`python -m infra.cli compare --json` failed: out of memory"


def open_comparison(page: Page) -> None:
    page.evaluate("location.hash = '#comparison'")
    expect(page.locator("table.versions").first).to_be_visible(timeout=CALCULATED_MS)


def results(page: Page, rows: str) -> list[str]:
    return page.locator(f"{rows} .verdict").all_text_contents()


def test_the_comparison_is_opened_with_the_keyboard(page: Page) -> None:
    page.get_by_role("link", name="Lessons", exact=True).click()
    page.get_by_role("link", name="Alternatives compared").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#comparison$"))
    expect(page.locator("#lesson-title")).to_be_focused()
    expect(page.locator("#lesson-title")).to_have_text("Alternatives compared")
    expect(page.get_by_role("link", name="Lessons", exact=True)).to_have_attribute("aria-current", "page")


def test_the_comparison_has_work_and_price_of_each_version(page: Page) -> None:
    open_comparison(page)
    shown = page.locator("table.versions").first
    assert shown.locator("thead th").all_text_contents() == VERSIONS
    assert shown.locator("tr", has_text="write units").first.locator("td").all_text_contents() == [
        "90",
        "50",
        "70",
    ]
    expect(shown).to_contain_text("USD for a million")
    expect(shown.locator("tr", has_text="services to change").locator("td")).to_have_text(["0", "1", "0"])


def test_the_comparison_has_the_result_of_each_lesson_and_leads_to_it(page: Page) -> None:
    open_comparison(page)
    assert results(page, "[data-lesson=duplicate]") == ["✓ shipped", "✓ shipped", "✗ charged twice"]
    page.locator("[data-lesson=duplicate] a").click()
    expect(page).to_have_url(re.compile("#lesson/duplicate$"))


def test_the_comparison_shows_the_code_of_each_version_and_the_decision(page: Page) -> None:
    open_comparison(page)
    for file in ("orchestrated/orchestrator.py", "alternatives/naive.py", "choreography/participant.py"):
        page.locator("summary", has_text=file).first.click()
        expect(page.locator("pre:visible").last).to_contain_text("def ")
    page.locator("summary", has_text="Decision 37.").click()
    expect(page.locator("pre:visible").last).to_contain_text("## Trade-offs")


def test_a_lesson_shows_its_fault_in_the_three_versions(page: Page) -> None:
    open_lesson(page, "lost-answer")
    shown = page.locator(".compared")
    expect(shown).to_contain_text("The gateway charges the card, but its answer is lost.")
    expect(shown.locator("table")).to_be_visible(timeout=CALCULATED_MS)
    assert results(page, ".compared") == ["✓ shipped", "✓ shipped", "✗ charged twice"]
    expect(shown.locator("tr", has_text="charges").locator("td")).to_have_text(["1", "1", "2"])
    expect(shown.locator("tr", has_text="messages sent").locator("td")).to_have_text(["4", "1", "4"])


def test_a_lesson_that_is_not_compared_shows_no_alternatives(page: Page) -> None:
    open_lesson(page, "placing")
    expect(page.locator(".compared")).to_have_count(0)


def test_a_failed_calculation_is_told_and_tried_again(browser: Browser, run: Run) -> None:
    """Not with the page of the other tests, which a 500 on the console fails."""
    held: list[Route] = []
    page = browser.new_page()
    page.route("**/lessons/comparison", lambda route: held.append(route))
    page.goto(f"{run.url}/_choreo#comparison")
    status = page.locator("#lesson-body [role=status]")
    expect(status).to_contain_text("Calculating")
    answer(held, status=500, document={"detail": REASON})
    expect(status).to_have_text(f"Not calculated: {REASON}")
    page.unroute("**/lessons/comparison")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("table.versions").first).to_be_visible(timeout=CALCULATED_MS)
    expect(status).to_be_hidden()
    page.close()


def answer(held: list[Route], status: int, document: Any) -> None:
    """Answers the request that the page waits for."""
    (route,) = held
    route.fulfill(status=status, content_type="application/problem+json", body=json.dumps(document))


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_the_comparison_needs_no_horizontal_scrolling(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_comparison(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("table.versions :is(th, td)").evaluate_all(OVERFLOWING) == []


OVERFLOWING = (
    "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.textContent)"
)
