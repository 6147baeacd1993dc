"""Two things measured in turns, so that what else the machine does troubles both alike."""

from collections.abc import Callable
from statistics import median

Measure = Callable[[], float]


def ratio(of: Measure, to: Measure, times: int) -> float:
    """The median of as many ratios, each of two measurements right after each other; one pair warms up.

    Neither is always first: what a measurement leaves behind may trouble the next.
    """
    ratios = [_in_turn(of, to) if turn % 2 else 1 / _in_turn(to, of) for turn in range(times + 1)]
    return median(ratios[1:])


def _in_turn(first: Measure, second: Measure) -> float:
    return first() / second()
