"""Each lesson and each removed safeguard on the live page, in a real browser.

`make test-browser` removes each lesson's first safeguard, and `make prove` the others.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.lessons.catalogue import LESSONS
from tests.local.live.test_page_lessons import book, lights, open_lesson, play

pytest.importorskip("playwright.sync_api", reason="make test-browser installs Playwright")
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def removals() -> Iterator[object]:
    for lesson in LESSONS.values():
        for number, guard in enumerate(lesson.safeguards):
            yield pytest.param(lesson.name, guard.without, marks=pytest.mark.proof if number else ())


@pytest.mark.parametrize("name", LESSONS)
def test_all_lights_are_green_with_the_safeguards(page: Page, name: str) -> None:
    open_lesson(page, name)
    play(page)
    violations = page.locator("#proof .violation").all_inner_texts()
    assert not violations
    assert lights(page) == ["✓ green"] * 6


@pytest.mark.parametrize(("name", "without"), list(removals()))
def test_the_named_light_is_red_without_the_safeguard(page: Page, name: str, without: str) -> None:
    open_lesson(page, name)
    play(page, without)
    assert lights(page, column=-1)[LESSONS[name].safeguard(without).light - 1] == "✗ red"
    expect(page.locator("#proof .violation").first).to_be_visible()
    expect(book(page, without).locator("tr")).not_to_have_count(1)
