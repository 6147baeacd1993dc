"""The lessons on the live page, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from infra.lessons.catalogue import LESSONS
from tests.local.conftest import Run, running
from tests.local.live.test_page import place, status

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, expect
else:
    expect = pytest.importorskip("playwright.sync_api", reason="make test-browser installs Playwright").expect

pytestmark = pytest.mark.browser
PLAYED = LESSONS["dual-write"]
GUARD = PLAYED.safeguards[0]
PLAY_MS = 200_000
"""Longer than a lesson waits for a system that does not become quiet."""


def open_lesson(page: Page, name: str) -> None:
    page.evaluate("(name) => { location.hash = `#lesson/${name}` }", name)
    expect(page.locator("#lesson-title")).to_have_text(LESSONS[name].title)


def play(page: Page, without: str | None = None) -> None:
    """Plays the lesson, and waits until its lights are shown."""
    button = page.locator(f"button[data-without={without}]" if without else "#play")
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_have_attribute("aria-disabled", "false", timeout=PLAY_MS)
    expect(book(page, without)).to_be_visible()


def book(page: Page, without: str | None = None) -> Locator:
    return page.locator(
        f"#proof .book table{f'[data-without={without}]' if without else ':not([data-without])'}"
    )


def lights(page: Page, *, column: int = 0) -> list[str]:
    """The texts of a column of lights."""
    rows = page.locator("#proof .lights tbody tr:not(.violation)").all()
    return [row.locator(".light").nth(column).inner_text() for row in rows]


def test_the_lessons_are_listed_in_their_order_and_open_by_a_link(page: Page) -> None:
    page.get_by_role("link", name="Lessons", exact=True).click()
    links = page.locator(".lessons a")
    expect(links).to_have_text([lesson.title for lesson in LESSONS.values()])
    links.first.click()
    expect(page).to_have_url(re.compile("#lesson/placing$"))
    page.go_back()
    expect(page.locator("#lesson-title")).to_have_text("Lessons")
    page.get_by_role("link", name="Run", exact=True).click()
    expect(page.locator("#orders-card")).to_be_visible()
    expect(page.locator("#lesson-card")).to_be_hidden()


def test_an_address_of_no_lesson_is_told(page: Page) -> None:
    page.evaluate("location.hash = '#lesson/films'")
    expect(page.locator("#lesson-body")).to_contain_text("There is no lesson films.")


def test_a_lesson_shows_its_story_and_its_safeguard(page: Page) -> None:
    open_lesson(page, PLAYED.name)
    assert page.locator(".story li").all_text_contents() == list(PLAYED.story)
    shown = page.locator(".safeguard").first
    expect(shown.locator("pre").first).to_contain_text("def ")
    expect(shown).to_contain_text(GUARD.consequence)
    expect(shown).to_contain_text(re.compile(r"\d\.\d\d USD"))
    shown.locator("summary", has_text="Decision 3.").click()
    expect(shown.locator("pre").last).to_contain_text("## Options")


def test_a_played_lesson_proves_that_all_lights_are_green(page: Page) -> None:
    open_lesson(page, PLAYED.name)
    play(page)
    expect(page.locator(".steps [data-state=done]")).to_have_count(len(PLAYED.steps))
    assert lights(page) == ["✓ green"] * 6
    expect(page.locator("#proof")).to_contain_text(f"As expected: {PLAYED.outcome}")
    book(page).get_by_role("link").click()
    expect(status(page)).to_have_text("shipped")
    expect(page.locator("#lesson-card")).to_be_hidden()


def test_a_lesson_without_its_safeguard_says_so_in_red_and_whom_it_harms(page: Page) -> None:
    open_lesson(page, PLAYED.name)
    play(page)
    page.click(f"button[data-without={GUARD.without}]")
    expect(book(page, GUARD.without)).to_have_count(0)
    expect(page.locator("#banners")).to_contain_text(f"a second system lacks one ({GUARD.without})")
    expect(page.locator(".removed.danger")).to_contain_text(f"A safeguard is removed ({GUARD.without})")
    expect(page.get_by_role("button", name="Play", exact=True)).to_have_attribute("aria-disabled", "true")
    expect(book(page, GUARD.without)).to_be_visible(timeout=PLAY_MS)
    assert lights(page) == ["✓ green"] * 6
    assert lights(page, column=1)[GUARD.light - 1] == "✗ red"
    customer = book(page, GUARD.without).locator("tr.wrong td").first.inner_text().removeprefix("✗ ")
    expect(page.locator("#proof .violation").first).to_contain_text(f"{customer}: ")
    expect(page.locator("#banners")).to_be_empty()


def test_a_second_play_says_which_lesson_is_played(page: Page) -> None:
    open_lesson(page, PLAYED.name)
    page.click("#play")
    open_lesson(page, "placing")
    expect(page.locator("#lesson-body [role=status]")).to_have_text(
        f"The lesson “{PLAYED.title}” is being played."
    )
    expect(page.locator("#lesson-body [role=status]")).to_be_empty()


def test_a_lesson_with_parameters_says_that_it_starts_its_own_system(page: Page) -> None:
    open_lesson(page, "stuck-order")
    expect(page.locator(".lesson")).to_contain_text("Play starts a second system with its own parameters")


def test_a_lesson_is_played_with_the_keyboard(page: Page) -> None:
    page.get_by_role("link", name="Lessons", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator(".lessons a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#lesson-title")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#play")).to_be_focused()
    page.keyboard.press("Space")
    expect(book(page)).to_be_visible()
    expect(page.locator("#play")).to_be_focused()


def test_an_order_that_is_placed_meanwhile_is_shown(page: Page) -> None:
    open_lesson(page, PLAYED.name)
    place(page, "shipped")
    expect(status(page)).to_have_text("shipped")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_lesson_needs_no_horizontal_scrolling(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_lesson(page, PLAYED.name)
    play(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_second_play_replaces_the_proof_of_the_first(page: Page) -> None:
    open_lesson(page, PLAYED.name)
    play(page)
    order = book(page).locator("code").inner_text()
    play(page)
    expect(book(page).locator("code")).not_to_have_text(order)


@pytest.fixture(scope="module")
def lacking() -> Iterator[Run]:
    with running("--without", GUARD.without) as started:
        yield started


class TestWithoutASafeguard:
    @pytest.fixture
    def run(self, lacking: Run) -> Run:
        return lacking

    @pytest.mark.parametrize("address", ["#run", "#lessons", f"#lesson/{PLAYED.name}"])
    def test_a_run_without_a_safeguard_says_so_in_every_view(self, page: Page, address: str) -> None:
        page.evaluate("(address) => { location.hash = address }", address)
        expect(page.locator("#banners")).to_contain_text(
            f"WITHOUT A SAFEGUARD: this run lacks one ({GUARD.without})"
        )

    def test_a_run_without_a_safeguard_says_why_it_plays_no_lesson(self, page: Page) -> None:
        open_lesson(page, PLAYED.name)
        expect(page.locator("#play")).to_have_attribute("aria-disabled", "true")
        expect(page.locator(".warning")).to_contain_text("This run lacks a safeguard")
