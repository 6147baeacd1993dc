"""Plays a lesson on a system, and collects the proof from the ledgers of gateway and carrier."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from infra.lessons.errors import LessonFailed
from infra.lessons.lesson import Lesson
from infra.lessons.lights import Light, lights
from infra.lessons.stage import Stage
from infra.lessons.system import System
from infra.simulation.invariants import Booked
from infra.simulation.journal import Journal


@dataclass(frozen=True)
class Row:
    """The book of one order: what the customer ordered, and what the gateway and the carrier did."""

    order_id: str
    customer: str
    status: str
    charges: int
    refunds: int
    parcels: int


@dataclass(frozen=True)
class Proof:
    """The result of a lesson. `without` is the safeguard that the system lacked."""

    lesson: Lesson
    without: str | None
    lights: list[Light]
    book: list[Row]
    seconds: float

    @property
    def red(self) -> list[Light]:
        return [light for light in self.lights if not light.green]

    @property
    def as_expected(self) -> bool:
        """All lights are green; without the safeguard, the light that the lesson names is red."""
        if self.without is None:
            return not self.red
        return self.lesson.safeguard(self.without).light in [light.number for light in self.red]

    @property
    def reason(self) -> str:
        """Why the lights are not as expected."""
        red = ", ".join(str(light.number) for light in self.red) or "no light"
        return f"{red} red, which is not as expected"

    def to_json(self) -> dict[str, Any]:
        return {
            "lesson": self.lesson.name,
            "without": self.without,
            "as_expected": self.as_expected,
            "seconds": round(self.seconds, 1),
            "lights": [{**asdict(light), "green": light.green} for light in self.lights],
            "book": [asdict(row) for row in self.book],
        }


@dataclass(frozen=True)
class Failed:
    """A lesson that did not reach its end, and why."""

    lesson: Lesson
    without: str | None
    reason: str
    as_expected: ClassVar = False

    def to_json(self) -> dict[str, Any]:
        return {
            "lesson": self.lesson.name,
            "without": self.without,
            "as_expected": False,
            "failed": self.reason,
        }


def play(lesson: Lesson, system: System, say: Callable[[str], None] = lambda _: None) -> Proof:
    """Plays the lesson's steps, and waits until the system is quiet. Raises LessonFailed."""
    began = time.monotonic()
    with Stage(system, say) as stage:
        try:
            _perform(lesson, stage)
        except LessonFailed as error:
            if system.without is None:
                raise
            say(f"The lesson goes no further without its safeguard: {error}.")
            stage.calm()
        journal = system.journal()
        orders = _orders(journal, set(stage.orders.values()))
        return Proof(
            lesson,
            system.without,
            lights(journal, orders, set(stage.orders), stage.seen(orders)),
            [_row(journal, order_id, customer) for order_id, customer in orders.items()],
            time.monotonic() - began,
        )


def _perform(lesson: Lesson, stage: Stage) -> None:
    for step in lesson.steps:
        stage.say(step.says)
        step.act(stage)
    stage.settle()


def _orders(journal: Journal, customers: set[str]) -> dict[str, str]:
    """The customer of each order in Order's table, by order id: there may be more than the API accepted."""
    found = {order_id: journal.items["order", order_id].record.state for order_id in journal.order_ids()}
    return {
        order_id: state.customer_id for order_id, state in found.items() if state.customer_id in customers
    }


def _row(journal: Journal, order_id: str, customer: str) -> Row:
    booked = Booked.of(journal.entries(order_id))
    status = journal.status("order", order_id)
    return Row(order_id, customer, status, booked.charges, booked.refunds, booked.parcels)
