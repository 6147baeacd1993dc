"""Shrinks a failing run: searches one with fewer orders, fewer kinds of fault and fewer faults."""

from collections.abc import Iterator

from infra.simulation.faults import UNLIMITED, Scenario
from infra.simulation.run import Result, run

SEEDS_TRIED = 8
"""Seeds tried with fewer orders, because another number of orders is another run, which may not fail."""


def shrink(found: Result) -> Result:
    """The shortest failing run of the search; `found` itself if no shorter run fails."""
    best = _fewer_orders(found)
    best = _fewer_kinds(best)
    return _fewer_faults(best)


def _fewer_orders(found: Result) -> Result:
    scenario = found.scenario
    for orders in range(1, scenario.orders):
        for seed in range(scenario.seed, scenario.seed + SEEDS_TRIED):
            result = run(scenario.but(orders=orders, seed=seed))
            if result.wrong:
                return result
    return found


def _fewer_kinds(found: Result) -> Result:
    best = found
    for fewer in _without_one(found.scenario):
        result = run(best.scenario.but(kinds=best.scenario.kinds & fewer))
        if result.wrong:
            best = result
    if best.scenario.interventions:
        result = run(best.scenario.but(interventions=False))
        best = result if result.wrong else best
    return best


def _without_one(scenario: Scenario) -> Iterator[frozenset[str]]:
    for kind in sorted(scenario.kinds):
        yield scenario.kinds - {kind}


def _fewer_faults(found: Result) -> Result:
    """A failing run with the smallest limit on the number of faults, by binary search."""
    low, high, best = 0, found.faults.total(), found
    while low < high:
        middle = (low + high) // 2
        result = run(found.scenario.but(limit=middle))
        if result.wrong:
            high, best = middle, result
        else:
            low = middle + 1
    return best if best.scenario.limit != UNLIMITED else found
