"""The simulator: one seed gives one run, it finds defects, and faults do not change the outcome of orders."""

import json
from pathlib import Path
from unittest.mock import patch

import pytest

import choreography.outbox
from infra.mutants.catalogue import MUTANTS
from infra.simulation.__main__ import INCOMPLETE, VIOLATED, main
from infra.simulation.coverage import calls_in_code, legal_transitions, possible_deliveries
from infra.simulation.faults import KINDS, Scenario
from infra.simulation.rebuild import republished
from infra.simulation.run import run
from tests.three_services import limited

NO_FAULTS = frozenset[str]()
TRANSPORT = frozenset({"duplicate", "reorder", "expiry", "replay"})
LAST_ORDERS = 2
"""The orders that the quiescent phase adds."""
IN_TIME = Scenario(2, kinds=frozenset(KINDS) - {"down", "long-outage"}, interventions=False)
"""A run in which no order expires. A rebuild at another time could charge an order that expired unpaid."""


def test_every_invariant_holds() -> None:
    assert run(Scenario(0)).wrong == []


def test_the_same_seed_gives_the_same_run_byte_for_byte() -> None:
    assert run(Scenario(5, orders=2)).lines == run(Scenario(5, orders=2)).lines


@pytest.mark.parametrize(
    "seed", [3, *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(10, 40))]
)
def test_the_short_and_the_long_way_to_moto_give_the_same_run_byte_for_byte(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = run(Scenario(seed, orders=2))
    monkeypatch.setenv("PLAIN_MOTO", "1")
    assert run(Scenario(seed, orders=2)).lines == short.lines


# Another machine and another Python version wrote this file, so a difference means that runs are not
# reproducible. Write it again after a change of the run's texts: choreo simulate --seed 9 --orders 1 --trace
# FILE
@pytest.mark.skipif(bool(limited()), reason="seed_9.txt is a run of this repository's subscriptions")
def test_a_seed_gives_the_same_run_on_another_machine() -> None:
    recorded = Path(__file__).with_name("seed_9.txt")
    assert "\n".join(run(Scenario(9, orders=1)).lines) + "\n" == recorded.read_text()


def test_a_run_without_faults_counts_no_fault() -> None:
    result = run(Scenario(1, kinds=NO_FAULTS))
    assert (result.wrong, result.faults.total()) == ([], 0)


@pytest.mark.proof
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(1, 10))])
def test_reordered_and_repeated_messages_give_the_same_ledgers(seed: int) -> None:
    calm = Scenario(seed, kinds=NO_FAULTS, interventions=False)
    wild = run(calm.but(kinds=TRANSPORT))
    assert wild.faults.total() > 0
    assert wild.ledgers == run(calm).ledgers


@pytest.mark.proof
def test_publishing_all_events_again_rebuilds_the_same_projections() -> None:
    before, after = republished(IN_TIME)
    assert before
    assert before == after


@pytest.mark.proof
def test_a_rebuild_with_random_event_ids_gives_other_projections() -> None:
    numbers = iter(range(10**6))
    with patch.object(choreography.outbox, "derived_id", lambda *_: f"event-{next(numbers)}"):
        before, after = republished(IN_TIME)
    assert before != after


@pytest.mark.proof
def test_coverage_knows_the_calls_deliveries_and_transitions() -> None:
    assert ("choreography.table.read", "GetItem") in calls_in_code()
    assert ("payment", "shipment.cancelled", "charging") in possible_deliveries()
    assert ("order", "placed", "paid") in legal_transitions()


@pytest.mark.proof
def test_a_violation_is_reduced_to_a_command_that_repeats_it(capsys: pytest.CaptureFixture[str]) -> None:
    with MUTANTS["dual-write"]():
        assert main(["--seeds", "1", "--jobs", "1"]) == VIOLATED
        printed = capsys.readouterr().out
        command = printed.rstrip().rpartition("\n")[2].split()
        assert command[:2] == ["choreo", "simulate"]
        assert main(command[2:]) == VIOLATED
    assert "--orders 1" in printed
    assert "sequenceDiagram" in printed
    assert "was published, but no outbox has this event" in printed


@pytest.mark.proof
def test_complete_fails_if_the_runs_did_not_reach_every_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["--seeds", "1", "--orders", "1", "--faults", "none", "--jobs", "1", "--complete"]) == INCOMPLETE
    )
    assert "never reached: SendMessage in choreography.consumer._dead_letter" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "seed"), [(["--seed", "3"], {"seed": 3}), (["--seeds", "1"], {"seeds": 1})]
)
def test_the_result_is_also_json(
    asked: list[str], seed: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*asked, "--orders", "2", "--jobs", "1", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed | seed == printed
    assert sum(printed["orders"].values()) == 2 + LAST_ORDERS
    assert printed["violations"] == []


@pytest.mark.proof
def test_a_violation_is_also_json(capsys: pytest.CaptureFixture[str]) -> None:
    with MUTANTS["dual-write"]():
        assert main(["--seeds", "1", "--jobs", "1", "--json"]) == VIOLATED
    printed = json.loads(capsys.readouterr().out)
    assert "no outbox has this event" in printed["violations"][0]
    assert printed["command"].startswith("choreo simulate --seed 0")


@pytest.mark.parametrize(
    "wrong", [["--faults", "earthquake"], ["--seeds", "0"], ["--orders", "many"], ["--jobs", "-1"]]
)
def test_the_error_names_the_wrong_argument(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(wrong)
    assert wrong[1] in capsys.readouterr().err


@pytest.mark.proof
def test_every_kind_of_fault_can_be_injected_alone() -> None:
    struck = {kind for kind in KINDS if any(_only(kind, seed) for seed in range(200))}
    assert struck == set(KINDS)


def _only(kind: str, seed: int) -> bool:
    faults = run(Scenario(seed, orders=2, kinds=frozenset({kind}))).faults
    assert set(faults) <= {kind}
    return bool(faults)
