"""Measures two things in turns, so that other load on the machine affects both equally."""

from collections.abc import Callable
from statistics import median

Measure = Callable[[], float]


def ratio(of: Measure, to: Measure, times: int) -> float:
    """The median of `times` ratios, each of two measurements one after the other, after one pair as warm-up.

    The order alternates, because a measurement may affect the next one.
    """
    ratios = [_in_turn(of, to) if turn % 2 else 1 / _in_turn(to, of) for turn in range(times + 1)]
    return median(ratios[1:])


def _in_turn(first: Measure, second: Measure) -> float:
    return first() / second()
