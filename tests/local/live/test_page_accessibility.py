"""axe finds no violation in any view of the live page, on a laptop and a phone, in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.live.test_page import node, place, status
from tests.local.live.test_page_comparison import CALCULATED_MS, open_comparison
from tests.local.live.test_page_lessons import GUARD, PLAYED, open_lesson, play

pytest.importorskip("playwright.sync_api", reason="make test-browser installs Playwright")
pytest.importorskip("axe_playwright_python", reason="make test-browser installs axe-core")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
WIDTHS = {"laptop": 1440, "phone": 390}


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=WIDTHS)
def screen(request: pytest.FixtureRequest, theme: str) -> dict[str, Any]:
    return {"viewport": {"width": WIDTHS[request.param], "height": 900}, "color_scheme": theme}


def at_first(page: Page) -> None:
    expect(node(page, "order")).to_be_visible()


def an_order(page: Page) -> None:
    place(page, "shipped")
    expect(status(page)).to_have_text("shipped")
    page.locator("#order .message", has_text="payment.captured").first.click()
    expect(page.locator("#details tbody")).to_be_visible()


def a_rejected_order(page: Page) -> None:
    place(page, "declined")
    expect(status(page)).to_have_text("rejected")


def no_match(page: Page) -> None:
    page.get_by_label("Search orders").fill("nowhere")
    expect(page.locator("#orders")).to_have_text("No order matches.")


def a_stopped_service(page: Page) -> None:
    node(page, "payment").click()
    page.locator("#power").click()
    expect(node(page, "payment")).to_have_attribute("data-state", "stopped")
    place(page, "shipped")
    node(page, "PaymentQueue").click()
    page.locator("#messages summary").first.click()
    expect(page.locator("#messages pre").first).to_be_visible()


def dead_letters(page: Page) -> None:
    node(page, "payment").click()
    if page.locator("#power").text_content() == "Start Payment":
        page.locator("#power").click()
    node(page, "ShippingQueue").click()
    page.get_by_role("button", name="Send a poison message").click()
    node(page, "ShippingDeadLetters").click()
    letter = page.locator("#letters > li[data-message]").first
    letter.get_by_role("button", name="Edit…").click()
    expect(letter.locator(".check")).to_contain_text("line 1")


def a_discarded_letter(page: Page) -> None:
    node(page, "ShippingDeadLetters").click()
    page.get_by_role("button", name="Discard").first.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def a_topic(page: Page) -> None:
    node(page, "OrderTopic").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#inspector-title")).to_have_text("OrderTopic")


def a_table(page: Page) -> None:
    node(page, "order").click()
    page.locator("#inspector").get_by_role("link", name="OrderTable").click()
    page.locator("#items summary").first.click()
    expect(page.locator("#items pre").first).to_be_visible()


def the_lessons(page: Page) -> None:
    page.get_by_role("link", name="Lessons", exact=True).click()
    expect(page.locator(".lessons a").first).to_be_visible()


def a_lesson(page: Page) -> None:
    open_lesson(page, PLAYED.name)
    page.locator(".safeguard summary", has_text="Decision").first.click()


def a_lesson_in_progress(page: Page) -> None:
    open_lesson(page, PLAYED.name)
    page.click("#play")
    expect(page.locator(".steps [data-state=current]")).to_be_visible()


def a_lesson_with_and_without_its_safeguard(page: Page) -> None:
    open_lesson(page, PLAYED.name)
    play(page)
    play(page, GUARD.without)


def the_comparison(page: Page) -> None:
    open_comparison(page)
    for summary in page.locator("#lesson-body summary").all():
        summary.click()


def a_compared_lesson(page: Page) -> None:
    open_lesson(page, "duplicate")
    expect(page.locator(".compared table")).to_be_visible(timeout=CALCULATED_MS)


def a_lost_connection(page: Page) -> None:
    page.evaluate("document.body.dataset.connection = 'lost'")


VIEWS: tuple[Callable[[Page], None], ...] = (
    at_first,
    an_order,
    a_rejected_order,
    no_match,
    a_stopped_service,
    dead_letters,
    a_discarded_letter,
    a_topic,
    a_table,
    the_lessons,
    a_lesson,
    a_lesson_in_progress,
    a_lesson_with_and_without_its_safeguard,
    the_comparison,
    a_compared_lesson,
    a_lost_connection,
)


def test_no_view_has_a_violation(page: Page) -> None:
    found = {}
    for view in VIEWS:
        view(page)
        violations = Axe().run(page).response["violations"]
        found[view.__name__] = [(each["id"], each["nodes"][0]["html"][:200]) for each in violations]
    assert {name: violations for name, violations in found.items() if violations} == {}
