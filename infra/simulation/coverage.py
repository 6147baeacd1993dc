"""Coverage: the part of the fault space that the runs reached, and what they did not reach."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from infra.simulation.determinism import SeededRandom
from infra.simulation.external_services import BEHAVIOURS
from infra.simulation.fault_injection import FUNCTIONS, MOMENTS, Site
from infra.simulation.faults import Scenario
from infra.simulation.model_checker import ModelChecker
from infra.simulation.model_state import Delivery
from infra.simulation.run import Result
from infra.simulation.services import SERVICES

UNREACHABLE = {
    ("choreography.relay._dead_letter", "SendMessage"): "needs an outbox with an event that breaks its "
    "contract, which a defect causes and no fault; tests/integration/test_relay.py makes it",
}
"""Calls that no run can reach, and the tests that make them."""


class Coverage:
    """The sum of the coverage of all runs."""

    def __init__(self) -> None:
        self.sites: Counter[tuple[Site, str]] = Counter()
        self.deliveries_seen: Counter[Delivery] = Counter()
        self.transitions_seen: Counter[tuple[str, str, str]] = Counter()
        self.seen_at: dict[Site, Scenario] = {}
        """One run that reaches the call site."""
        self.runs_by_delivery: dict[tuple[str, str], list[Scenario]] = {}
        """For each service and event type: runs in which the event reaches the service."""
        self._rounds = 0

    def add(self, result: Result) -> None:
        self.sites += result.sites
        self.deliveries_seen += result.deliveries
        self.transitions_seen += result.transitions
        for site, _ in result.sites:
            self.seen_at.setdefault(site, result.scenario)
        for service, kind in sorted({pair[:2] for pair in result.deliveries}):
            self.runs_by_delivery.setdefault((service, kind), []).append(result.scenario)

    def uncrashed(self) -> list[tuple[Site, str]]:
        """Reached call sites without a crash, with the moment (before or after the call)."""
        return [
            (site, moment)
            for site in sorted(self.seen_at)
            for moment in MOMENTS
            if not self.sites[site, moment]
        ]

    def aimed(self) -> list[Scenario]:
        """Further runs that may reach what is missing: with other crashes, or another order of arrival."""
        crashes = [
            self.seen_at[site].but(crash_at=(*self.seen_at[site].crash_at, f"{moment} {site}"))
            for site, moment in self.uncrashed()
        ]
        # The rarest states appear when one type of event arrives first and the others in some order.
        delays = [
            scenario.but(delays=tuple(f"{service} {late}" for late in self._shuffled(kinds - {first})))
            for service, kinds in sorted(self._incomplete().items())
            for first in sorted(kinds)
            for scenario in self.runs_by_delivery.get((service, first), [])[self._rounds : self._rounds + 1]
        ]
        self._rounds += 1
        return crashes + delays

    def _shuffled(self, kinds: set[str]) -> list[str]:
        return SeededRandom(self._rounds).shuffled(sorted(kinds))

    def _incomplete(self) -> dict[str, set[str]]:
        """Services with a missing delivery or transition, and the event types that they react to."""
        missing = {service for service, *_ in self._missing_deliveries() | self._missing_transitions()}
        return {s.name: set(s.decisions.REACTIONS) for s in SERVICES if s.name in missing}

    def never_reached(self) -> list[str]:
        """The calls, crashes, deliveries and transitions that no run reached, as text."""
        called = {(site.lines[0].rpartition(":")[0], site.operation) for site in self.seen_at if site.lines}
        return [
            *(
                f"{operation} in {where}"
                for where, operation in sorted(calls_in_code() - called - UNREACHABLE.keys())
            ),
            *(f"a crash {moment} {site}" for site, moment in self.uncrashed()),
            *(
                f"{kind} at {service} while {status}"
                for service, kind, status in sorted(self._missing_deliveries())
            ),
            *(f"{service} from {a} to {b}" for service, a, b in sorted(self._missing_transitions())),
        ]

    def _missing_deliveries(self) -> frozenset[Delivery]:
        return possible_deliveries() - self.deliveries_seen.keys()

    def _missing_transitions(self) -> frozenset[tuple[str, str, str]]:
        return legal_transitions() - self.transitions_seen.keys()

    @property
    def crashes(self) -> str:
        all_of_them = len(self.seen_at) * len(MOMENTS)
        return f"{all_of_them - len(self.uncrashed())} of {all_of_them}"

    @property
    def deliveries(self) -> str:
        possible = possible_deliveries()
        return f"{len(possible & self.deliveries_seen.keys())} of {len(possible)}"

    @property
    def transitions(self) -> str:
        legal = legal_transitions()
        return f"{len(legal & self.transitions_seen.keys())} of {len(legal)}"


@cache
def possible_deliveries() -> frozenset[Delivery]:
    """Every (service, event type, status) that the model checker finds possible.

    A second worker of a service makes none possible, and takes 20 times as long. A test compares both.
    """
    found: set[Delivery] = set()
    for behaviour in BEHAVIOURS:
        checker = ModelChecker(behaviour, workers=1)
        checker.explore()
        found |= checker.deliveries
    return frozenset(found)


@cache
def legal_transitions() -> frozenset[tuple[str, str, str]]:
    """The transitions of the services' transition tables."""
    return frozenset(
        (service.name, before, after)
        for service in SERVICES
        for before, followers in service.transitions.items()
        for after in followers
    )


@cache
def calls_in_code() -> frozenset[tuple[str, str]]:
    """The AWS calls in the services' source code: the calling function and the operation."""
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
    """The operation of each call such as `aws.dynamodb().put_item(…)`."""
    for node in ast.walk(function):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(func=ast.Attribute(value=ast.Name(id="aws"))), attr=str(method)
                )
            ):
                yield method.title().replace("_", "")
