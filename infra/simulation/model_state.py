"""The model checker's data: a global state is a tuple of small integers, which number interned values."""

from collections.abc import Hashable
from typing import Any, Generic, NamedTuple, TypeVar

from choreography.decisions import State

T = TypeVar("T", bound=Hashable)


class GlobalState(NamedTuple):
    """The state of one order in all services, both ledgers and the network.

    `items`, `ledger` and `workers` are numbers that an `Interner` gave. `network` has one bit for each
    published event.
    """

    items: tuple[int, ...]
    ledger: int
    network: int
    workers: tuple[int, ...] = ()


class Item(NamedTuple):
    """A service's item.

    No write restores an earlier pair of the two, so the pair also acts as the version.
    """

    state: State
    inbox: frozenset[str]


class Worker(NamedTuple):
    """A delivery in progress.

    `read` is the number of the item that the worker read. `effect` is set after the worker wrote its intent,
    and `answer` after the gateway or the carrier answered.
    """

    service: int
    event: int
    read: int
    effect: Any = None
    answer: Any = None


class Step(NamedTuple):
    """The changes of a worker's next step. `worker` is None after the last step."""

    item: int
    ledger: int
    published: int = 0
    worker: int | None = None


Delivery = tuple[str, str, str]
"""A service, the type of an event that reaches it, and the order's status in the service at that time."""


class Interner(Generic[T]):
    """Gives each distinct value a number."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self._numbers: dict[T, int] = {}

    def number(self, value: T) -> int:
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


class Violation(Exception):
    """An invariant does not hold."""
