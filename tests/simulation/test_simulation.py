"""The simulator: one seed is one run, it finds defects, and faults do not change the outcome of orders."""

from pathlib import Path
from unittest.mock import patch

import pytest

import choreography.outbox
from infra.simulation.__main__ import INCOMPLETE, VIOLATED, main
from infra.simulation.coverage import calls_in_code, legal_moves, pairs
from infra.simulation.faults import KINDS, Scenario
from infra.simulation.rebuild import republished
from infra.simulation.run import run
from tests.simulation.mutants import MUTANTS

NO_FAULTS = frozenset[str]()
TRANSPORT = frozenset({"duplicate", "reorder", "expiry", "replay"})
IN_TIME = Scenario(2, kinds=frozenset(KINDS) - {"down", "long-outage"}, interventions=False)
"""In this run no order expires: a rebuild at another time could charge an order that was cancelled unpaid."""


def test_every_invariant_holds() -> None:
    assert run(Scenario(0)).wrong == []


def test_the_same_seed_is_the_same_run_byte_for_byte() -> None:
    assert run(Scenario(5, orders=2)).lines == run(Scenario(5, orders=2)).lines


# Another machine and another Python made this file: a run that differs here is not reproducible.
def test_a_run_is_the_same_on_another_machine() -> None:
    told = Path(__file__).with_name("seed_9.txt")
    assert "\n".join(run(Scenario(9, orders=1)).lines) + "\n" == told.read_text()


def test_a_run_without_faults_counts_no_fault() -> None:
    result = run(Scenario(1, kinds=NO_FAULTS))
    assert (result.wrong, result.faults.total()) == ([], 0)


@pytest.mark.proof
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(1, 10))])
def test_permuted_and_repeated_messages_end_in_the_same_ledgers(seed: int) -> None:
    calm = Scenario(seed, kinds=NO_FAULTS, interventions=False)
    wild = run(calm.but(kinds=TRANSPORT))
    assert wild.faults.total() > 0
    assert wild.ledgers == run(calm).ledgers


@pytest.mark.proof
def test_all_events_from_the_first_build_the_same_projections() -> None:
    before, after = republished(IN_TIME)
    assert before
    assert before == after


@pytest.mark.proof
def test_ids_that_follow_from_the_cause_are_what_makes_rebuilding_safe() -> None:
    numbers = iter(range(10**6))
    with patch.object(choreography.outbox, "derived_id", lambda *_: f"event-{next(numbers)}"):
        before, after = republished(IN_TIME)
    assert before != after


@pytest.mark.proof
def test_the_fault_space_is_known() -> None:
    assert ("choreography.table.read", "GetItem") in calls_in_code()
    assert ("payment", "shipment.cancelled", "charging") in pairs()
    assert ("order", "placed", "paid") in legal_moves()


@pytest.mark.proof
def test_a_violation_is_shrunk_and_can_be_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    with MUTANTS["dual-write"]():
        assert main(["--seeds", "1", "--jobs", "1"]) == VIOLATED
        told = capsys.readouterr().out
        command = told.rstrip().rpartition("\n")[2].split()
        assert command[:2] == ["choreo", "simulate"]
        assert main(command[2:]) == VIOLATED
    assert "--orders 1" in told
    assert "sequenceDiagram" in told
    assert "is published, but no outbox has this event" in told


@pytest.mark.proof
def test_coverage_that_is_asked_for_and_not_reached_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["--seeds", "1", "--orders", "1", "--faults", "none", "--jobs", "1", "--complete"]) == INCOMPLETE
    )
    assert "never reached: SendMessage in choreography.consumer._dead_letter" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["--faults", "earthquake"], ["--seeds", "0"], ["--orders", "many"], ["--jobs", "-1"]]
)
def test_wrong_arguments_say_what_is_wrong(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(wrong)
    assert wrong[1] in capsys.readouterr().err


@pytest.mark.proof
def test_every_kind_of_fault_can_be_asked_for_alone() -> None:
    struck = {kind for kind in KINDS if any(_only(kind, seed) for seed in range(200))}
    assert struck == set(KINDS)


def _only(kind: str, seed: int) -> bool:
    faults = run(Scenario(seed, orders=2, kinds=frozenset({kind}))).faults
    assert set(faults) <= {kind}
    return bool(faults)
