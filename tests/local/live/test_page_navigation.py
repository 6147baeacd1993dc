"""The live page in a browser: addresses, search, the card of an order, tables and queues."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.local.conftest import Run
from tests.local.live.test_page import depth, node, place, power, status

if TYPE_CHECKING:
    from playwright.sync_api import Page, expect
else:
    expect = pytest.importorskip("playwright.sync_api", reason="make test-browser installs Playwright").expect

pytestmark = pytest.mark.browser
ORDER_ID = "00000000-0000-5000-8000-000000000000"


def follow(page: Page, run: Run, address: str) -> None:
    """Opens the page at an address, as a link from elsewhere does."""
    page.goto(f"{run.url}/_choreo{address}")
    page.reload()
    expect(page.locator("#connection")).to_have_text("live")


def test_the_root_leads_to_the_page(page: Page, run: Run) -> None:
    page.goto(run.url)
    expect(page).to_have_url(f"{run.url}/_choreo")
    expect(page.locator("#connection")).to_have_text("live")


def test_an_address_opens_an_order(page: Page, run: Run) -> None:
    first, _ = place(page, "declined"), place(page, "shipped")
    follow(page, run, f"#order/{first}")
    expect(page.locator("#order .heading code")).to_have_text(first)
    expect(status(page)).to_have_text("rejected")


@pytest.mark.parametrize(
    ("address", "title", "selected"),
    [
        ("#queue/PaymentQueue", "PaymentQueue", "PaymentQueue"),
        ("#queue/ShippingDeadLetters", "Shipping dead letters", "ShippingDeadLetters"),
        ("#service/shipping", "Shipping", "shipping"),
        ("#topic/OrderTopic", "OrderTopic", "OrderTopic"),
    ],
)
def test_an_address_opens_a_part_of_the_map(
    page: Page, run: Run, address: str, title: str, selected: str
) -> None:
    follow(page, run, address)
    expect(page.locator("#inspector-title")).to_have_text(title)
    expect(node(page, selected)).to_have_attribute("aria-current", "true")


def test_a_selection_changes_the_address_and_the_back_button_returns(page: Page) -> None:
    node(page, "PaymentQueue").click()
    expect(page).to_have_url(re.compile("#queue/PaymentQueue$"))
    node(page, "payment").click()
    expect(page).to_have_url(re.compile("#service/payment$"))
    page.go_back()
    expect(page.locator("#inspector-title")).to_have_text("PaymentQueue")


@pytest.mark.parametrize(
    ("address", "place", "text"),
    [
        (f"#order/{ORDER_ID}", "#order", f"Order {ORDER_ID} is not among the recent orders"),
        ("#queue/films", "#inspector", "This run has no queue films."),
    ],
)
def test_an_address_of_nothing_is_told(page: Page, run: Run, address: str, place: str, text: str) -> None:
    follow(page, run, address)
    expect(page.locator(place)).to_contain_text(text)


def test_orders_are_filtered_by_status_and_text(page: Page) -> None:
    shipped, rejected = place(page, "shipped"), place(page, "declined")
    expect(status(page)).to_have_text("rejected")
    rows = page.locator("#orders [data-order]")
    page.get_by_label("Status").select_option("Rejected")
    expect(page.locator(f"#orders [data-order='{shipped}']")).to_have_count(0)
    expect(page.locator(f"#orders [data-order='{rejected}']")).to_have_count(1)
    page.get_by_label("Status").select_option("All orders")
    page.get_by_label("Search orders").fill(shipped[:13])
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-order", shipped)
    page.get_by_label("Search orders").fill("nowhere")
    expect(page.locator("#orders")).to_have_text("No order matches.")


def test_the_card_of_an_order_has_its_facts_and_delivers_its_parcel(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    order_id = place(page, "shipped")
    expect(status(page)).to_have_text("shipped")
    card = page.locator("#order")
    for fact in (
        "ada",
        "2 \N{MULTIPLICATION SIGN} tea at €12.50",
        "Ada Lovelace, London, GB",
        "Tracking number",
    ):
        expect(card).to_contain_text(fact)
    card.get_by_role("button", name="Copy the order id").click()
    expect(page.locator("#toasts")).to_contain_text("Copied the order id")
    assert page.evaluate("navigator.clipboard.readText()") == order_id
    card.get_by_role("button", name="Deliver").click()
    expect(status(page)).to_have_text("completed")
    expect(card).to_contain_text("Delivered")


def test_the_card_of_a_rejected_order_has_the_reason(page: Page) -> None:
    place(page, "declined")
    expect(page.locator("#order .facts")).to_contain_text(re.compile("Reason.*payment declined: "))


def test_the_time_limit_of_an_order_is_explained(page: Page) -> None:
    place(page, "shipped")
    expect(status(page)).to_have_text("shipped")
    timer = page.locator("#order .message[data-state=timer]")
    expect(timer).to_contain_text("time limit, no longer needed")
    timer.click()
    expect(page.locator("#details")).to_contain_text(
        "the message arrives when the order's time limit is over"
    )


def test_the_items_of_an_order_are_found_in_the_tables(page: Page) -> None:
    order_id = place(page, "shipped")
    expect(status(page)).to_have_text("shipped")
    page.locator("#order .facts").get_by_role("link", name="PaymentTable").click()
    expect(page.locator("#inspector-title")).to_have_text("PaymentTable")
    expect(page.locator("#items > li")).to_have_count(1)
    expect(page.locator("#items pre")).to_contain_text(order_id)


def test_a_table_is_browsed_page_by_page(page: Page) -> None:
    page.get_by_role("button", name="20 mixed").click()
    expect(page.locator("#toasts")).to_contain_text("20 orders placed")
    page.get_by_role("button", name="20 mixed").click()
    expect(page.locator("#toasts")).to_contain_text("20 orders placed")
    node(page, "order").click()
    page.locator("#inspector").get_by_role("link", name="OrderTable").click()
    items = page.locator("#items > li")
    expect(items).to_have_count(25)
    page.locator("#inspector").get_by_role("button", name="Show more").click()
    expect(page.locator("#items > li:nth-child(26)")).to_be_visible()


def test_a_queue_is_browsed_page_by_page(page: Page) -> None:
    power(page, "shipping", "Stop")
    node(page, "ShippingQueue").click()
    for _ in range(21):
        page.get_by_role("button", name="Send a poison message").click()
    expect(page.locator("#messages > li")).to_have_count(20)
    expect(depth(page, "ShippingQueue")).to_have_text(re.compile(r"2\d"))
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#messages > li:nth-child(21)")).to_be_visible()
    power(page, "shipping", "Start")


def test_the_box_of_a_service_counts_handled_and_failed_messages(page: Page) -> None:
    place(page, "shipped")
    expect(status(page)).to_have_text("shipped")
    box = node(page, "payment")
    expect(box).to_contain_text(re.compile(r"[1-9]\d* handled\d+ failedp95 [\d.]+ m?s"))
    failed = node(page, "payment").locator(".failed")
    before = int((failed.text_content() or "").split()[0])
    node(page, "PaymentQueue").click()
    page.get_by_role("button", name="Send a poison message").click()
    expect(failed).to_have_text(f"{before + 1} failed")


def test_a_stopped_service_is_grey_and_counts_unpublished_events(page: Page) -> None:
    coloured = edge(page, "order")
    power(page, "order", "Stop")
    expect(node(page, "order")).to_have_attribute("data-state", "stopped")
    assert saturation(edge(page, "order")) < 0.15 < saturation(coloured)
    page.click("#place [data-kind=shipped]")
    expect(node(page, "order").locator(".unpublished")).to_have_text("1 unpublished")
    power(page, "order", "Start")
    expect(node(page, "order").locator(".unpublished")).to_have_text("")


def test_the_ring_of_the_selection_has_no_services_colour(page: Page) -> None:
    colours = {edge(page, name) for name in ("payment", "shipping")}
    node(page, "order").click()
    page.locator("#search").focus()
    assert edge(page, "order", "box") not in colours
    assert saturation(edge(page, "order", "box")) < 0.35


def edge(page: Page, name: str, part: str = "band") -> str:
    """The colour of a part of a service's box."""
    style = f"element => getComputedStyle(element).{'fill' if part == 'band' else 'stroke'}"
    colour: str = node(page, name).locator(f".{part}").evaluate(style)
    return colour


def saturation(colour: str) -> float:
    """The saturation of rgb(…): 0 is grey."""
    channels = [float(value) for value in re.findall(r"[\d.]+", colour)[:3]]
    return (max(channels) - min(channels)) / max(channels)
