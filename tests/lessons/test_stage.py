"""A lesson waits until its system is quiet, before it judges the orders."""

import itertools
import time
from typing import Any, cast

import pytest

from infra.lessons.errors import LessonFailed
from infra.lessons.stage import Stage
from infra.lessons.system import System


class OneMessage:
    """A system with one queue, which has a message in flight at the first polls."""

    without: str | None = None

    def __init__(self, polls: float) -> None:
        self.polls = polls

    def state(self) -> dict[str, Any]:
        self.polls -= 1
        queue = {"waiting": 0, "in_flight": int(self.polls >= 0), "delayed": 0, "delay_seconds": 0}
        return {
            "services": {"payment": {"running": True, "unpublished": 0}},
            "queues": {"PaymentQueue": {**queue, "slowed": False}},
        }

    def page(self, _: str, __: str) -> dict[str, Any]:
        return {"queues": [{"name": "PaymentQueue", "service": "payment"}]}


def calm(system: OneMessage) -> None:
    Stage(cast(System, system)).calm()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that advances by a second whenever it is read."""
    monkeypatch.setattr(time, "monotonic", itertools.count().__next__)
    monkeypatch.setattr(time, "sleep", lambda _: None)


def test_the_system_is_quiet_after_three_polls_without_a_message() -> None:
    system = OneMessage(polls=20)
    calm(system)
    assert system.polls == -3


def test_orders_are_not_judged_while_a_message_is_in_flight() -> None:
    with pytest.raises(LessonFailed, match="the end of all messages did not happen within"):
        calm(OneMessage(polls=float("inf")))


def test_without_a_safeguard_a_message_that_never_succeeds_is_left_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OneMessage, "without", "no-refund-on-failure")
    system = OneMessage(polls=1000)
    calm(system)
    assert 0 < system.polls < 1000
