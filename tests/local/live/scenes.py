"""What the pictures of the docs show: the page at rest, a story in steps, and lessons."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from infra.lessons.catalogue import LESSONS
from tests.local.live.test_page import node, place, power, status
from tests.local.live.test_page_lessons import open_lesson, play

if TYPE_CHECKING:
    from playwright.sync_api import Page

_CHANGING = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{8}\b|"
    r"\d\d:\d\d:\d\d|\d+(\.\d+)? (ms|s|min)\b|\b[a-z]+-[0-9a-f]{4}\b|\bSBX[0-9A-Z]+|Log \(\d+\)"
)
"""Timestamps, ids, times, customers of lessons, durations, tracking numbers, numbers of log lines."""


def shown(page: Page, part: str = "body") -> list[str]:
    """The visible texts of a part of the page, sorted, without what differs from run to run."""
    texts = page.locator(part).inner_text().splitlines()
    return sorted(_CHANGING.sub("…", text.strip()) for text in texts if text.strip())


def show_orders(page: Page) -> None:
    """The scene of the picture: an order of each ending, and the sequence diagram of the last one."""
    from playwright.sync_api import expect

    for kind, ending in (("unserviceable", "cancelled"), ("declined", "rejected"), ("shipped", "shipped")):
        place(page, kind)
        expect(status(page)).to_have_text(ending)
    node(page, "payment").click()


def show_lesson(page: Page, name: str) -> None:
    """The scene of a lesson's picture: its proof with all safeguards, and without the first one."""
    open_lesson(page, name)
    play(page)
    play(page, LESSONS[name].safeguards[0].without)
    page.evaluate(_TO_TOP)


@dataclass(frozen=True)
class Step:
    """One action of the story. The animation shows its caption and what follows for some seconds."""

    caption: str
    seconds: float
    act: Callable[[Page], None]

    def play(self, page: Page) -> None:
        page.evaluate(_CAPTION, self.caption)
        page.evaluate(_TO_TOP)
        self.act(page)


_TO_TOP = "scrollTo(0, 0)"
_CAPTION = """(text) => {
  const bar = document.getElementById("caption") ?? document.body.appendChild(document.createElement("p"));
  bar.id = "caption";
  bar.textContent = text;
  bar.style = "position: fixed; inset: auto 0 0 0; z-index: 10; margin: 0; padding: 12px 20px;"
    + "font: 600 21px/1.3 system-ui, sans-serif; color: white; background: #1a1f24";
}"""


def _place(page: Page) -> None:
    place(page, "shipped")


def _break_next(page: Page) -> None:
    node(page, "PaymentQueue").click()
    page.get_by_label("Break the next message").check()


def _open_dead_letters(page: Page) -> None:
    node(page, "PaymentDeadLetters").click()


def _correct(page: Page) -> None:
    page.get_by_role("button", name="Edit…").click()


def _redrive(page: Page) -> None:
    page.get_by_role("button", name="Redrive edited message").click()
    page.evaluate(_TO_TOP)  # the panel shrinks, and the page would end above the window's lower edge


AT_WORK = "Three services fulfil an order. No orchestrator calls them."
STOPPED = "Payment is stopped. Orders are still accepted, and wait in its queue."
STARTED = "Payment starts again, and handles what waited."
BROKEN = "A broken message goes to the dead-letter queue, with the reason."
REDRIVEN = "Correct the message and redrive it: the order is shipped."
STORY = (
    Step(AT_WORK, 4, _place),
    Step(STOPPED, 1, partial(power, service="payment", label="Stop")),
    Step(STOPPED, 1.5, _place),
    Step(STOPPED, 2, _place),
    Step(STARTED, 3, partial(power, service="payment", label="Start")),
    Step(BROKEN, 1, _break_next),
    Step(BROKEN, 2, _place),
    Step(BROKEN, 2, _open_dead_letters),
    Step(REDRIVEN, 1.5, _correct),
    Step(REDRIVEN, 3, _redrive),
)
