"""The lessons on the page: lists them, plays one at a time, and keeps the newest proofs."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from infra.lessons.catalogue import LESSONS
from infra.lessons.lesson import Lesson
from infra.live import excerpts
from infra.live.calculation import Calculation
from infra.live.comparison import Comparison, fault_of
from infra.live.performance import Performance
from infra.live.problems import Problem
from infra.live.requests import LessonRequest, parse
from infra.local.control.project import RunParts
from infra.local.model.messages import Request


class Lessons:
    """The lessons of one run. `tokens` tells whether its API requires tokens, which lessons do not have."""

    def __init__(self, parts: RunParts, *, tokens: bool) -> None:
        self._port = urlsplit(parts.stacks.endpoint).port or 0
        self._unavailable = _why_unavailable(parts.without, tokens)
        self._current: Performance | None = None
        self._performances: dict[tuple[str, str | None], Performance] = {}
        """The newest performance of each lesson, with its safeguards and without each; the newest is last."""
        self._prices = Calculation("-m", "infra.lessons.costs")
        """What each row of `choreo cost` costs for a million orders."""
        self._comparison = Comparison()

    def end(self) -> None:
        """Ends the second system of the present lesson."""
        if self._current is not None:
            self._current.end()

    def state(self) -> dict[str, Any] | None:
        """The progress of the present lesson, or of the last one."""
        return self._current.to_json() if self._current else None

    async def answer(self, request: Request, path: Sequence[str]) -> dict[str, Any] | None:
        """Answers a request to the page's API; None if the API has no such path. Raises Problem."""
        match request.method, path:
            case "GET", []:
                return self._list()
            case "GET", ["prices"]:
                return {"prices": await self._prices.result()}
            case "GET", ["comparison"]:
                return await self._comparison.to_json()
            case "GET", [name]:
                return self._show(name)
            case "POST", [name, "play"]:
                return self._play(name, parse(LessonRequest, request).without)
        return None

    def _list(self) -> dict[str, Any]:
        return {
            "lessons": [
                {"name": lesson.name, "title": lesson.title, "safeguards": len(lesson.safeguards)}
                for lesson in LESSONS.values()
            ],
            "unavailable": self._unavailable,
        }

    def _show(self, name: str) -> dict[str, Any]:
        """One lesson: its data, the code and the decision of each safeguard, and the newest proofs.

        `compared` says what happens to it in the comparison; null if the comparison lacks it.
        """
        lesson = _named(name)
        played = [found for (of, _), found in self._performances.items() if of == name]
        return {
            **lesson.to_json(),
            "safeguards": [
                {
                    **vars(guard),
                    "code": [excerpts.code(f"functions/{place}") for place in guard.code],
                    "decision": excerpts.decision(guard.decision),
                }
                for guard in lesson.safeguards
            ],
            "compared": fault_of(name),
            "proofs": [each.proof.to_json() for each in played if each.proof is not None],
        }

    def _play(self, name: str, without: str | None) -> dict[str, Any]:
        """Starts a lesson. Raises Problem if there is no such lesson or safeguard, or if one is played."""
        lesson = _named(name)
        known = [guard.without for guard in lesson.safeguards]
        if without is not None and without not in known:
            choice = f"choose from {', '.join(known)}" if known else "it has none that can be removed"
            raise Problem(HTTPStatus.NOT_FOUND, f"lesson {name} has no safeguard {without}: {choice}")
        if self._unavailable is not None:
            raise Problem(HTTPStatus.CONFLICT, self._unavailable)
        if self._current is not None and self._current.busy:
            reason = f"lesson {self._current.lesson.name} is being played: wait until it ends"
            raise Problem(HTTPStatus.CONFLICT, reason)
        self._current = Performance(lesson, without, self._port)
        self._performances.pop((name, without), None)
        self._performances[name, without] = self._current
        self._current.start()
        return self._current.to_json()


def _named(name: str) -> Lesson:
    if name not in LESSONS:
        known = ", ".join(LESSONS)
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no lesson {name}: the lessons are {known}")
    return LESSONS[name]


def _why_unavailable(without: str | None, tokens: bool) -> str | None:
    """Why this run cannot play lessons; None if it can."""
    if without is not None:
        return f"This run lacks a safeguard ({without}). Start one with all safeguards to play lessons."
    if tokens:
        return (
            "This run requires tokens, which lessons do not have. Start one without --tokens to play lessons."
        )
    return None
