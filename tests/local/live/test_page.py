"""The live page in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route, expect
else:
    expect = pytest.importorskip("playwright.sync_api", reason="make test-browser installs Playwright").expect

pytestmark = pytest.mark.browser


def node(page: Page, name: str) -> Locator:
    """The map's node of a service, queue or topic whose name ends with `name`."""
    return page.locator(f"#map .node[data-name$='{name}']")


def place(page: Page, kind: str) -> str:
    """Places an order with its button. Returns the id once the page shows the order."""
    return placed_by(lambda: page.click(f"#place [data-kind={kind}]"), page)


def placed_by(act: Callable[[], None], page: Page) -> str:
    with page.expect_response(lambda answer: answer.url.endswith("/orders")) as placed:
        act()
    order_id: str = placed.value.json()["order_id"]
    expect(page.locator("#order .heading code")).to_have_text(order_id)
    return order_id


def status(page: Page) -> Locator:
    return page.locator("#order .heading .chip")


def depth(page: Page, queue: str) -> Locator:
    return node(page, queue).locator(".count")


def power(page: Page, service: str, label: str) -> None:
    node(page, service).click()
    page.get_by_role("button", name=f"{label} {service.capitalize()}").click()


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        ("shipped", "shipped"),
        ("declined", "rejected"),
        ("unserviceable", "cancelled"),
        ("cancelled", re.compile("cancelled|shipped")),
    ],
)
def test_an_order_of_each_kind_ends_with_the_expected_status(page: Page, kind: str, end: str) -> None:
    order_id = place(page, kind)
    expect(status(page)).to_have_text(end)
    expect(page.locator(f"#orders [data-order='{order_id}'] .chip")).to_have_text(end)


def test_a_cancellation_that_arrives_after_the_order_was_shipped_shows_why_it_is_refused(page: Page) -> None:
    cancellations: list[Route] = []
    page.route("**/cancellation", lambda route: cancellations.append(route))
    place(page, "cancelled")
    expect(status(page)).to_have_text("shipped")
    cancellations[0].continue_()
    expect(page.locator("#toasts")).to_contain_text("it can no longer be cancelled")
    expect(status(page)).to_have_text("shipped")


def test_the_map_shows_the_services_topics_and_queues_of_the_template(page: Page) -> None:
    for name in ("order", "payment", "shipping", "PaymentTopic", "ShippingQueue", "OrderDeadLetters"):
        expect(node(page, name)).to_be_visible()


def test_a_message_shows_its_payload_attempts_and_times(page: Page) -> None:
    order_id = place(page, "shipped")
    expect(status(page)).to_have_text("shipped")
    page.locator("#order .message", has_text="payment.captured").first.click()
    details = page.locator("#details")
    expect(details.locator("pre")).to_contain_text(order_id)
    expect(details.locator("tbody tr")).to_have_count(1)
    expect(details.locator("tbody")).to_contain_text(re.compile(r"\+\d+ ms.*handled"))


def test_the_queue_of_a_stopped_service_grows_and_drains_after_its_start(page: Page) -> None:
    power(page, "payment", "Stop")
    expect(node(page, "payment")).to_have_attribute("data-state", "stopped")
    place(page, "shipped")
    place(page, "shipped")
    expect(depth(page, "PaymentQueue")).to_have_text("2")
    expect(status(page)).to_have_text("placed")
    power(page, "payment", "Start")
    expect(depth(page, "PaymentQueue")).to_have_text("0")
    expect(status(page)).to_have_text("shipped")


def test_a_poison_message_is_dead_lettered_with_its_reason_and_redriven(page: Page) -> None:
    node(page, "ShippingQueue").click()
    page.get_by_role("button", name="Send a poison message").click()
    expect(node(page, "ShippingDeadLetters").locator("text").last).to_have_text("1")
    node(page, "ShippingDeadLetters").click()
    letter = page.locator("#letters > li[data-message]")
    expect(letter.locator(".reason")).to_contain_text("PoisonMessage")
    first = letter.get_attribute("data-message")
    page.get_by_role("button", name="Redrive all").click()
    # No consumer can read it, so it is dead-lettered again with another message id. Only Discard removes it.
    expect(letter).not_to_have_attribute("data-message", first or "")
    expect(letter.locator(".reason")).to_contain_text("PoisonMessage")
    letter.get_by_role("button", name="Discard").click()
    expect(letter).to_have_count(0)


def test_an_order_with_a_broken_message_ships_after_a_redrive_of_the_edited_message(page: Page) -> None:
    node(page, "PaymentQueue").click()
    page.get_by_label("Break the next message").check()
    place(page, "shipped")
    expect(page.locator("#order .message[data-state=dead]")).to_have_count(1)
    expect(status(page)).to_have_text("placed")
    node(page, "PaymentDeadLetters").click()
    page.get_by_role("button", name="Edit…").click()
    page.get_by_role("button", name="Redrive edited message").click()
    expect(status(page)).to_have_text("shipped")
    expect(page.locator("#order .message[data-state=dead]")).to_have_count(0)


def test_duplicated_and_reordered_messages_do_not_change_the_outcome(page: Page) -> None:
    for name in ("Duplicate each message", "Reorder"):
        node(page, "ShippingQueue").click()
        page.get_by_label(name).check()
    place(page, "shipped")
    expect(status(page)).to_have_text("shipped")
    expect(page.locator("#order .below", has_text="2 copies").first).to_be_visible()
    for name in ("Duplicate each message", "Reorder"):
        page.get_by_label(name).uncheck()


def test_all_controls_work_with_the_keyboard(page: Page) -> None:
    node(page, "payment").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#inspector-title")).to_have_text("Payment")
    page.locator("#power").focus()
    page.keyboard.press("Enter")
    expect(node(page, "payment")).to_have_attribute("data-state", "stopped")
    page.keyboard.press("Space")
    expect(node(page, "payment")).to_have_attribute("data-state", "running")
    page.locator("#place [data-kind=shipped]").focus()
    placed_by(lambda: page.keyboard.press("Enter"), page)
    expect(status(page)).to_have_text("shipped")
    page.locator("#order .message").nth(1).focus()
    page.keyboard.press("Space")
    expect(page.locator("#details")).to_contain_text("order.placed")


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_the_page_needs_no_horizontal_scrolling(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    expect(page.locator("#map svg")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
