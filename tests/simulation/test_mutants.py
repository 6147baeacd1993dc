"""Tests of the simulator itself: it notices each removed safeguard."""

import pytest

from infra.mutants.catalogue import MUTANTS, SURVIVORS
from infra.simulation.faults import Scenario
from infra.simulation.run import run

WITHIN_SEEDS = 100
"""The rarest mutant to notice is the missing refund key: one seed in thirty crashes before the outcome."""
SURVIVES_SEEDS = 10

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("name", MUTANTS)
def test_the_simulator_notices_a_mutant(name: str) -> None:
    with MUTANTS[name]():
        assert any(run(Scenario(seed)).wrong for seed in range(WITHIN_SEEDS)), f"{name} survives"


@pytest.mark.parametrize("name", SURVIVORS)
def test_the_simulator_does_not_notice_a_redundant_safeguard(name: str) -> None:
    mutant, why = SURVIVORS[name]
    with mutant():
        wrong = [wrong for seed in range(SURVIVES_SEEDS) for wrong in run(Scenario(seed)).wrong]
    assert not wrong, f"the simulator notices {name}, although {why}"
