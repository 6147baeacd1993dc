"""Records of simulated ranges of seeds can be added, and no seed is counted twice."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.shared.root import ROOT
from infra.simulation.faults import KINDS
from infra.simulation.record import DifferentRecords, Record, combine, main, save


def a_record(first: int, last: int, **changes: object) -> Record:
    seeds = last - first + 1
    fields = {
        "code": "c",
        "template": "t",
        "orders_a_run": 4,
        "ranges": [(first, last)],
        "orders": {"shipped": 3 * seeds, "rejected": seeds},
        "faults": {"crash": 2 * seeds},
    }
    return Record.model_validate(fields | changes)


def test_the_sum_of_two_records_has_all_seeds_and_violations() -> None:
    both = a_record(0, 9).plus(a_record(20, 29, violations=["choreo simulate --seed 21"]))
    assert both.orders == {"shipped": 60, "rejected": 20}
    assert both.faults == {"crash": 40}
    assert both.ranges == ((0, 9), (20, 29))
    assert both.violations == ("choreo simulate --seed 21",)


def test_adjacent_ranges_become_one() -> None:
    assert a_record(10, 19).plus(a_record(0, 9)).ranges == ((0, 19),)


@pytest.mark.parametrize("other", [(0, 0), (9, 12), (3, 4), (0, 100)])
def test_a_seed_in_both_records_is_refused(other: tuple[int, int]) -> None:
    with pytest.raises(DifferentRecords, match="overlap: seed"):
        a_record(0, 9).plus(a_record(*other))


@pytest.mark.parametrize("change", [{"code": "d"}, {"template": "u"}, {"orders_a_run": 5}])
def test_records_of_different_code_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(DifferentRecords, match=f"differ in {next(iter(change))}"):
        a_record(0, 9).plus(a_record(10, 19, **change))


@given(st.permutations(range(8)))
def test_the_order_of_the_records_makes_no_difference(order: list[int]) -> None:
    records = [a_record(10 * number, 10 * number + 9) for number in order]
    total = records[0]
    for record in records[1:]:
        total = total.plus(record)
    assert total == a_record(0, 79)


def test_a_record_is_continued_and_combined(tmp_path: Path) -> None:
    one, other, both = tmp_path / "one.json", tmp_path / "other.json", tmp_path / "both.json"
    simulate = ["--orders", "1", "--jobs", "1"]
    assert main(["run", str(one), "--first", "0", "--seeds", "1", *simulate]) == 0
    assert main(["run", str(one), "--first", "1", "--seeds", "1", *simulate]) == 0
    assert main(["run", str(other), "--first", "7", "--seeds", "1", *simulate]) == 0
    assert main(["combine", str(one), str(other), "--to", str(both)]) == 0
    record = combine([both])
    assert record.ranges == ((0, 1), (7, 7))
    assert sum(record.orders.values()) >= 3


def test_a_seed_that_is_in_the_file_is_refused_before_any_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "record.json"
    save(Record.without_orders(0, 10, 4), file)
    with pytest.raises(SystemExit):
        main(["run", str(file), "--first", "9", "--seeds", "5"])
    assert "they overlap: seed 9 is in both" in capsys.readouterr().err


def test_the_largest_record_has_every_fault_and_no_violation() -> None:
    record = Record.model_validate_json((ROOT / "infra/simulation/record.json").read_bytes())
    assert record.violations == ()
    assert record.faults.keys() == KINDS.keys()
    assert sum(record.orders.values()) > record.orders_a_run * seeds_of(record)


def seeds_of(record: Record) -> int:
    return sum(last - first + 1 for first, last in record.ranges)


def test_a_record_of_other_code_is_not_continued(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "record.json"
    save(a_record(0, 9), file)
    with pytest.raises(SystemExit):
        main(["run", str(file), "--first", "10", "--seeds", "1"])
    assert "they differ in code" in capsys.readouterr().err
