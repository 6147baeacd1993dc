"""The live page on a phone: the map stays in view, names fit, and no text covers another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.live.test_page import node, place, status

if TYPE_CHECKING:
    from playwright.sync_api import Page, expect
else:
    expect = pytest.importorskip("playwright.sync_api", reason="make test-browser installs Playwright").expect

pytestmark = pytest.mark.browser


@pytest.fixture
def screen() -> dict[str, Any]:
    return {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def test_a_selected_part_opens_below_the_map(page: Page) -> None:
    node(page, "ShippingQueue").tap()
    sheet = page.locator("#inspector")
    expect(sheet).to_be_in_viewport()
    expect(node(page, "ShippingQueue")).to_be_in_viewport(ratio=1)
    box, above = node(page, "ShippingQueue").bounding_box(), sheet.bounding_box()
    assert box
    assert above
    assert box["y"] + box["height"] <= above["y"]
    sheet.get_by_role("button", name="Close").tap()
    expect(sheet).to_be_hidden()


def test_placing_an_order_leaves_the_map_in_view(page: Page) -> None:
    place(page, "shipped")
    expect(status(page)).to_have_text("shipped")
    assert page.evaluate("scrollY") == 0
    expect(node(page, "payment")).to_be_in_viewport()


def test_all_names_fit(page: Page) -> None:
    place(page, "shipped")
    expect(status(page)).to_have_text("shipped")
    texts = page.locator("#map text, #order svg text").all_text_contents()
    assert "OrderExpiry" in texts
    assert [text for text in texts if "…" in text and "/…" not in text] == []


@pytest.mark.parametrize("width", [360, 390, 768])
def test_no_text_of_the_drawings_covers_another_one(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    place(page, "shipped")
    expect(status(page)).to_have_text("shipped")
    for drawing in ("#map svg", "#order svg"):
        assert page.locator(drawing).evaluate(OVERPRINTS) == []


OVERPRINTS = """(drawing) => {
  const boxes = [...drawing.querySelectorAll("text")].filter((text) => text.textContent)
    .map((text) => [text.textContent, text.getBoundingClientRect()]);
  const edge = drawing.getBoundingClientRect();
  const outside = boxes.filter(([, box]) => box.left < edge.left - 1 || box.right > edge.right + 1);
  const across = (a, b) => a.left < b.right - 1 && b.left < a.right - 1;
  const down = (a, b) => a.top < b.bottom - 3 && b.top < a.bottom - 3;
  const pairs = boxes.flatMap(([name, a], at) => boxes.slice(at + 1)
    .filter(([, b]) => across(a, b) && down(a, b)).map(([other]) => `${name} and ${other}`));
  return [...outside.map(([name]) => `${name} is outside`), ...pairs];
}"""
"""The texts that overlap, without the space above and below letters, or that leave the drawing."""
