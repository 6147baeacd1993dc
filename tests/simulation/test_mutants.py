"""The simulator itself is tested: it notices each removed safeguard."""

import pytest

from infra.simulation.faults import Scenario
from infra.simulation.run import run
from tests.simulation.mutants import MUTANTS, SURVIVORS

WITHIN_SEEDS = 100
"""The refund's key is noticed most rarely: one seed in thirty crashes before the outcome."""
SURVIVES_SEEDS = 10

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_killed(name: str) -> None:
    with MUTANTS[name]():
        assert any(run(Scenario(seed)).wrong for seed in range(WITHIN_SEEDS)), f"{name} survives"


@pytest.mark.parametrize("name", SURVIVORS)
def test_a_second_line_of_defence_is_not_needed_alone(name: str) -> None:
    mutant, why = SURVIVORS[name]
    with mutant():
        wrong = [wrong for seed in range(SURVIVES_SEEDS) for wrong in run(Scenario(seed)).wrong]
    assert not wrong, f"{name} does not survive, although {why}"
