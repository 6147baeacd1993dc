"""Two things measured in turns, so that what else the machine does troubles both alike."""

from collections.abc import Callable
from statistics import median

Measure = Callable[[], float]


def ratio(of: Measure, to: Measure, times: int) -> float:
    """The median of as many ratios, each of two measurements right after each other; one pair warms up."""
    pairs = [(of(), to()) for _ in range(times + 1)]
    return median(one / other for one, other in pairs[1:])
