"""Coverage: how much of the fault space the runs reached, and what they missed."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from infra.simulation.calls import FUNCTIONS, MOMENTS, Site
from infra.simulation.determinism import Dice
from infra.simulation.exhaustive import Explorer, Pair
from infra.simulation.faults import Scenario
from infra.simulation.run import Result
from infra.simulation.story import BEHAVIOURS, SERVICES

ELSEWHERE = {
    ("choreography.relay._dead_letter", "SendMessage"): "an outbox with an event that breaks its contract, "
    "which takes a defect and not a fault: tests/moto/test_relay.py",
}
"""Calls that no run can reach, and the tests that reach them."""


class Coverage:
    """Adds up the coverage of runs."""

    def __init__(self) -> None:
        self.sites: Counter[tuple[Site, str]] = Counter()
        self.pairs: Counter[Pair] = Counter()
        self.moves: Counter[tuple[str, str, str]] = Counter()
        self.seen_at: dict[Site, Scenario] = {}
        """For each call site, a run that reaches it."""
        self.met: dict[tuple[str, str], list[Scenario]] = {}
        """Runs in which an event of this type reaches the service."""
        self._aimed = 0

    def add(self, result: Result) -> None:
        self.sites += result.sites
        self.pairs += result.pairs
        self.moves += result.moves
        for site, _ in result.sites:
            self.seen_at.setdefault(site, result.scenario)
        for service, kind in sorted({pair[:2] for pair in result.pairs}):
            self.met.setdefault((service, kind), []).append(result.scenario)

    def uncrashed(self) -> list[tuple[Site, str]]:
        """Call sites that were reached, and the moments (before, after) without a crash there."""
        return [
            (site, moment)
            for site in sorted(self.seen_at)
            for moment in MOMENTS
            if not self.sites[site, moment]
        ]

    def aimed(self) -> list[Scenario]:
        """Further runs that may reach what is missing: other crashes, other orders of arrival."""
        deaths = [
            self.seen_at[site].but(die=(*self.seen_at[site].die, f"{moment} {site}"))
            for site, moment in self.uncrashed()
        ]
        # The rarest states appear when one type of event arrives first and the others in some order.
        lags = [
            scenario.but(lags=tuple(f"{service} {late}" for late in self._shuffled(kinds - {first})))
            for service, kinds in sorted(self._incomplete().items())
            for first in sorted(kinds)
            for scenario in self.met.get((service, first), [])[self._aimed : self._aimed + 1]
        ]
        self._aimed += 1
        return deaths + lags

    def _shuffled(self, kinds: set[str]) -> list[str]:
        return Dice(self._aimed).shuffled(sorted(kinds))

    def _incomplete(self) -> dict[str, set[str]]:
        """Services with a state or transition that was not seen, and the event types that they react to."""
        missing = {
            service for service, *_ in (pairs() - self.pairs.keys()) | (legal_moves() - self.moves.keys())
        }
        return {s.name: set(s.decisions.REACTIONS) for s in SERVICES if s.name in missing}

    def never_reached(self) -> list[str]:
        """Descriptions of the calls, crashes, deliveries and transitions that no run reached."""
        called = {(site.lines[0].rpartition(":")[0], site.operation) for site in self.seen_at if site.lines}
        return [
            *(
                f"{operation} in {where}"
                for where, operation in sorted(calls_in_code() - called - ELSEWHERE.keys())
            ),
            *(f"a death {moment} {site}" for site, moment in self.uncrashed()),
            *(
                f"{kind} at {service} while {status}"
                for service, kind, status in sorted(pairs() - self.pairs.keys())
            ),
            *(f"{service} from {a} to {b}" for service, a, b in sorted(legal_moves() - self.moves.keys())),
        ]

    @property
    def crashes(self) -> str:
        all_of_them = len(self.seen_at) * len(MOMENTS)
        return f"{all_of_them - len(self.uncrashed())} of {all_of_them}"

    @property
    def deliveries(self) -> str:
        return f"{len(pairs() & self.pairs.keys())} of {len(pairs())}"

    @property
    def transitions(self) -> str:
        return f"{len(legal_moves() & self.moves.keys())} of {len(legal_moves())}"


@cache
def pairs() -> frozenset[Pair]:
    """Every (service, event type, status) that can meet, as the exhaustive exploration found."""
    found: set[Pair] = set()
    for behaviour in BEHAVIOURS:
        explorer = Explorer(behaviour)
        explorer.explore()
        found |= explorer.pairs
    return frozenset(found)


@cache
def legal_moves() -> frozenset[tuple[str, str, str]]:
    """The services' transition tables."""
    return frozenset(
        (service.name, before, after)
        for service in SERVICES
        for before, followers in service.transitions.items()
        for after in followers
    )


@cache
def calls_in_code() -> frozenset[tuple[str, str]]:
    """The AWS calls in the services' source code: function and operation."""
    return frozenset(
        (f"{module}.{function.name}", operation)
        for module, tree in _modules()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for operation in _operations(function)
    )


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(Path(FUNCTIONS).rglob("*.py")):
        yield ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts), ast.parse(path.read_text())


def _operations(function: ast.FunctionDef) -> Iterator[str]:
    """The operation of a call such as `aws.dynamodb().put_item(…)`."""
    for node in ast.walk(function):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(func=ast.Attribute(value=ast.Name(id="aws"))), attr=str(method)
                )
            ):
                yield method.title().replace("_", "")
