"""Determinism: one seed decides all choices, ids and retry jitter, and only the run advances the clock."""

import logging
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TypeVar
from unittest.mock import patch
from uuid import UUID

import time_machine

import order.orders
from infra.local.aws import backends

START = datetime(2026, 1, 1, tzinfo=UTC)

T = TypeVar("T")


class SeededRandom:
    """Random choices from one seed. It uses only `random()`, whose sequence no Python version changes."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def below(self, bound: int) -> int:
        return int(self._random.random() * bound)

    def between(self, low: float, high: float) -> float:
        return round(low + self._random.random() * (high - low), 3)

    def pick(self, values: Sequence[T]) -> T:
        return values[self.below(len(values))]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        return [
            value for _, value in sorted(((self._random.random(), v) for v in values), key=lambda p: p[0])
        ]


class Clock:
    """The virtual time of this process."""

    def __init__(self, travel: time_machine.Traveller) -> None:
        self._travel = travel
        self._seconds = 0.0

    @property
    def elapsed_seconds(self) -> float:
        return self._seconds

    def now(self) -> float:
        """The current virtual time in seconds since 1970."""
        return START.timestamp() + self._seconds

    def at(self) -> datetime:
        """The current virtual time as a datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        self._seconds = round(self._seconds + seconds, 6)
        self._travel.move_to(self.now())


@contextmanager
def deterministic(seed: int) -> Iterator[Clock]:
    """Stops the clock, takes all randomness from the seed, and discards log lines in the block."""
    jitter = random.getstate()
    logging.disable(logging.CRITICAL)
    with ExitStack() as stack:
        clock = Clock(stack.enter_context(time_machine.travel(START, tick=False)))
        # Order ids have their own generator: other random numbers depend on the modules imported so far.
        ids = random.Random(seed + 2)
        new_id = lambda: UUID(bytes=ids.randbytes(16), version=4)  # noqa: E731
        stack.enter_context(patch.object(order.orders, "uuid4", new_id))
        stack.enter_context(patch("os.urandom", random.Random(seed + 1).randbytes))
        stack.enter_context(patch("time.sleep", clock.advance))  # botocore sleeps between its attempts
        random.seed(seed)
        backends.seed_ids(seed)
        try:
            yield clock
        finally:
            random.setstate(jitter)
            logging.disable(logging.NOTSET)
