"""The live page of a run that asks for tokens calls as an operator, without a login."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.local.conftest import Run, running
from tests.local.live.test_page import place, power, status

if TYPE_CHECKING:
    from playwright.sync_api import Page, expect
else:
    expect = pytest.importorskip("playwright.sync_api", reason="make test-browser brings Playwright").expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with running("--tokens") as started:
        yield started


def test_orders_are_placed_and_cancelled(page: Page) -> None:
    power(page, "payment", "Stop")
    place(page, "shipped")
    page.get_by_role("button", name="Cancel this order").click()
    power(page, "payment", "Start")
    expect(status(page)).to_have_text("cancelled")
