"""The live page in a browser: the editor of dead letters, a redrive that bounces, the undo of a discard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.local.live.test_page import node, place, status

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, expect
else:
    expect = pytest.importorskip("playwright.sync_api", reason="make test-browser installs Playwright").expect

pytestmark = pytest.mark.browser


@pytest.fixture
def letter(page: Page) -> Iterator[Locator]:
    """The dead letter of an order whose message to Payment was broken. The queue is empty after the test."""
    node(page, "PaymentQueue").click()
    page.get_by_label("Break the next message").check()
    place(page, "shipped")
    node(page, "PaymentDeadLetters").click()
    found = page.locator("#letters > li[data-message]")
    expect(found).to_have_count(1)
    yield found
    node(page, "PaymentDeadLetters").click()
    for button in page.get_by_role("button", name="Discard").all():
        button.click()
    expect(page.locator("#inspector")).to_contain_text("This queue is empty")


def edit(letter: Locator) -> Locator:
    letter.get_by_role("button", name="Edit…").click()
    return letter.get_by_label("The message's body")


def test_the_editor_shows_formatted_json_that_matches_its_schema(letter: Locator) -> None:
    body = edit(letter)
    expect(body).to_have_value(re.compile(r'^\{\n  "'))
    expect(body).to_be_focused()
    expect(letter.locator(".check")).to_have_text("Matches the schema order.placed 1.1.")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"currency": "EUR"', '"currency": "euro"', "data.currency: "),
        ('"currency": "EUR",', '"currency" "EUR",', "line "),
        ('"type": "order.placed"', '"type": "order.plaited"', "type: not in this project's catalogue"),
    ],
)
def test_a_body_with_a_problem_is_told_and_not_sent(
    page: Page, letter: Locator, old: str, new: str, problem: str
) -> None:
    body = edit(letter)
    body.fill(body.input_value().replace(old, new))
    expect(letter.locator(".check")).to_contain_text(problem)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url.rpartition("/")[2]))
    with page.expect_response("**/api/check"):
        letter.get_by_role("button", name="Redrive edited message").click()
    expect(letter.get_by_role("button", name="Redrive anyway")).to_be_visible()
    assert "redrive" not in sent


def test_a_redriven_message_that_bounces_says_so(page: Page, letter: Locator) -> None:
    letter.get_by_role("button", name="Redrive", exact=True).click()
    expect(page.locator("#toasts .problem")).to_contain_text("A redriven message came back: ")
    expect(letter.locator(".chip")).to_have_text("came back after its redrive")


def test_a_discarded_message_is_brought_back(page: Page, letter: Locator) -> None:
    total = node(page, "PaymentDeadLetters").locator(".total")
    letter.get_by_role("button", name="Discard").click()
    expect(total).to_have_text("0")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(total).to_have_text("1")
    expect(letter).to_have_count(1)
    edit(letter)
    letter.get_by_role("button", name="Redrive edited message").click()
    expect(status(page)).to_have_text("shipped")
