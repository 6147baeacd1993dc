"""The pictures of the docs show what the page shows. `make pictures` writes them again."""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.local.conftest import Run, eventually, running
from tests.local.live.scenes import STORY, show_lesson, show_orders, shown

pytest.importorskip("PIL", reason="make test-browser brings Pillow")
from tests.local.live.pictures import (
    ANIMATION,
    PICTURE,
    Frame,
    description,
    difference,
    length_seconds,
    picture_of,
    write_animation,
    write_picture,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
WRITING = "WRITE_PICTURES" in os.environ
FRAME_SECONDS = 0.2
PICTURED = ("duplicate", "lost-answer", "dual-write")
PROOF = "#proof"
LARGEST_BYTES = 150_000


@pytest.fixture
def run() -> Iterator[Run]:
    """A run of its own, so that the page shows only the orders of one test."""
    with running() as started:
        yield started


def on_screen(scale: float, height: int = 960) -> pytest.MarkDecorator:
    """How many pixels a screenshot has for each CSS pixel of the browser's window."""
    options = {"viewport": {"width": 1280, "height": height}, "device_scale_factor": scale}
    return pytest.mark.parametrize("screen", [{**options, "color_scheme": "light"}], ids=[f"scale {scale}"])


def assert_shows(page: Page, wanted: list[str], part: str = "body") -> None:
    """Waits until the part has exactly these texts; a failure names the ones that differ."""

    def differing() -> list[str]:
        return [line for line in difflib.ndiff(wanted, shown(page, part)) if line[0] in "+-"]

    eventually(differing, lambda lines: not lines)


def filmed(page: Page, seconds: float) -> Iterator[Frame]:
    """Screenshots, until the seconds are over. Each is shown as long as it took until the next one."""
    until = time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        screenshot = page.screenshot()
        page.wait_for_timeout(max(0, began + FRAME_SECONDS - time.monotonic()) * 1000)
        yield Frame(screenshot, round((time.monotonic() - began) * 1000))


def film(page: Page) -> None:
    frames: list[Frame] = []
    seen: list[list[str]] = []
    for step in STORY:
        step.play(page)
        frames += filmed(page, step.seconds)
        seen.append(shown(page))
    write_animation(frames, seen)


@on_screen(scale=1.25)
def test_the_picture_shows_what_the_page_shows(page: Page) -> None:
    show_orders(page)
    if WRITING:
        write_picture(PICTURE, page.screenshot(), shown(page))
    assert_shows(page, description(PICTURE))
    assert difference(page.screenshot(), PICTURE) < 3, "see docs/live-page.png"


@on_screen(scale=1, height=1100)
@pytest.mark.parametrize("name", PICTURED)
def test_the_picture_of_a_lesson_shows_what_the_page_shows(page: Page, name: str) -> None:
    show_lesson(page, name)
    if WRITING:
        write_picture(picture_of(name), page.screenshot(), shown(page, PROOF))
    assert_shows(page, description(picture_of(name)), PROOF)
    assert picture_of(name).stat().st_size < LARGEST_BYTES


@on_screen(scale=0.75)
def test_the_animation_shows_what_the_page_shows(page: Page) -> None:
    if WRITING:
        film(page)
        return
    for step, wanted in zip(STORY, description(ANIMATION), strict=True):
        step.play(page)
        assert_shows(page, wanted)


def test_the_animation_is_about_twenty_seconds_long() -> None:
    assert 18 < length_seconds(ANIMATION) < 25
