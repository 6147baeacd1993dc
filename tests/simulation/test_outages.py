"""No message is dead-lettered because of an outage, even if the outage outlasts eight receives."""

import itertools
from types import SimpleNamespace
from typing import cast
from unittest.mock import patch

import pytest

from infra.mutants.catalogue import MUTANTS
from infra.simulation.determinism import SeededRandom, deterministic
from infra.simulation.faults import Scenario
from infra.simulation.long_outages import PAUSE_SECONDS, LongOutages
from infra.simulation.outages import OUTSIDE, SERVICES, TROUBLES, Outage
from infra.simulation.run import Result, run
from infra.simulation.world import World

ALONE = Scenario(6, orders=3, kinds=frozenset({"long-outage"}))
EVERY = [Outage(service, trouble) for service in sorted({*SERVICES} - {OUTSIDE}) for trouble in TROUBLES]


def run_with(outage: Outage) -> Result:
    with patch("infra.simulation.run.random_outage", lambda _: outage):
        result = run(ALONE)
    assert any(f"! {outage.service} {outage.trouble} for" in line for line in result.lines)
    return result


def test_an_outage_ends_in_time_although_a_message_is_always_visible() -> None:
    """As in seed 749: each delivery waits for an answer for longer than the next message is invisible."""
    world = SimpleNamespace(
        sources=["queue"], injector=SimpleNamespace(outage=None), consumers=list, next_visible=lambda: None
    )
    seconds, deliveries = 600.0, itertools.count(1)

    def deliver(_: str) -> bool:
        clock.advance(20)
        return next(deliveries) < 1000

    with deterministic(0) as clock:
        started = clock.now()
        outages = LongOutages(cast(World, world), clock, SeededRandom(0), deliver, lambda: None)
        assert outages.play(Outage("sqs", "does not answer"), seconds) == []
        assert clock.now() - started == seconds + PAUSE_SECONDS


@pytest.mark.proof
@pytest.mark.parametrize("outage", [*EVERY, Outage(OUTSIDE, TROUBLES[0])], ids=str)
def test_every_order_ends_after_an_outage_that_outlasts_all_receives(outage: Outage) -> None:
    assert run_with(outage).wrong == []


@pytest.mark.parametrize("mutant", ["aws-errors-are-not-classified", "loops-are-stopped"])
def test_without_a_safeguard_a_long_outage_dead_letters_messages(mutant: str) -> None:
    with MUTANTS[mutant]():
        wrong = run_with(Outage("dynamodb", "throttles")).wrong
    assert [text for text in wrong if text.startswith("dead-lettered while dynamodb throttles")]
