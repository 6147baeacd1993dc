"""The whole comparison as data, for the command, the documentation and a page."""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from infra.alternatives.lessons import LESSONS, Played, play
from infra.alternatives.versions import VERSIONS
from infra.alternatives.work import ORDERS, OUTCOMES, Compared, work_of
from infra.cost.prices import LIST, Prices


@dataclass(frozen=True)
class Comparison:
    """The work of the same orders, and the result of each lesson, in every version."""

    currency: str
    work: tuple[Compared, ...]
    lessons: tuple[Played, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "versions": [*VERSIONS],
            "orders": ORDERS,
            "currency": self.currency,
            "work": [asdict(row) for row in self.work],
            "lessons": [
                {**asdict(row), "right": row.right, "result": result(row), "fault": fault(row.lesson)}
                for row in self.lessons
            ],
        }


@cache
def compare() -> Comparison:
    """Runs everything in this process, within seconds; cached for the process."""
    prices = Prices.model_validate_json(LIST.read_bytes())
    versions = VERSIONS.values()
    return Comparison(
        prices.currency,
        tuple(work_of(version, outcome, prices) for outcome in OUTCOMES for version in versions),
        tuple(play(lesson, version, prices) for lesson in LESSONS for version in versions),
    )


def fault(lesson: str) -> str:
    """What happens in a lesson, in a sentence."""
    return LESSONS[lesson].__doc__ or ""


def result(row: Played) -> str:
    """The result of a lesson in a few words: the violations, or how the order ended."""
    ended = f"{row.meanwhile}, then {row.order.status}" if row.meanwhile else row.order.status
    return ", ".join(row.violations) or ended
