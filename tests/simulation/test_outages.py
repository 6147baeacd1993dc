"""No message is dead-lettered because of an outage, even if the outage outlasts eight receives."""

from unittest.mock import patch

import pytest

from infra.mutants.catalogue import MUTANTS
from infra.simulation.faults import Scenario
from infra.simulation.outages import OUTSIDE, SERVICES, TROUBLES, Outage
from infra.simulation.run import Result, run

ALONE = Scenario(6, orders=3, kinds=frozenset({"long-outage"}))
EVERY = [Outage(service, trouble) for service in sorted({*SERVICES} - {OUTSIDE}) for trouble in TROUBLES]


def run_with(outage: Outage) -> Result:
    with patch("infra.simulation.run.random_outage", lambda _: outage):
        result = run(ALONE)
    assert any(f"! {outage.service} {outage.trouble} for" in line for line in result.lines)
    return result


@pytest.mark.proof
@pytest.mark.parametrize("outage", [*EVERY, Outage(OUTSIDE, TROUBLES[0])], ids=str)
def test_every_order_ends_after_an_outage_that_outlasts_all_receives(outage: Outage) -> None:
    assert run_with(outage).wrong == []


@pytest.mark.parametrize("mutant", ["aws-errors-are-not-classified", "loops-are-stopped"])
def test_without_a_safeguard_a_long_outage_dead_letters_messages(mutant: str) -> None:
    with MUTANTS[mutant]():
        wrong = run_with(Outage("dynamodb", "throttles")).wrong
    assert [text for text in wrong if text.startswith("dead-lettered while dynamodb throttles")]
