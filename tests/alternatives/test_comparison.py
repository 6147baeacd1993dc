"""The comparison of the three versions: outcomes, exact counts, and the result of each lesson."""

import json
from dataclasses import astuple

import pytest

from infra.alternatives.__main__ import main
from infra.alternatives.book import ended
from infra.alternatives.comparison import compare
from infra.alternatives.page import PAGE, page
from infra.alternatives.versions import VERSIONS, Version
from infra.cost.outcomes import place
from infra.lessons.catalogue import LESSONS
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from tests.three_services import NOT_STATED, limited

exact_work = pytest.mark.skipif(bool(limited()), reason=NOT_STATED)

# Of ten orders each. After an intended change of the work, correct the numbers here and run `make compare`.
EXPECTED = """
outcome    version       published  received  invocations  writes
shipped    choreography         30        60           22      90
shipped    orchestrated         10        10           11      50
shipped    naive                30        60           16      70
rejected   choreography         20        50           19      70
rejected   orchestrated         10        10           11      40
rejected   naive                20        50           15      60
cancelled  choreography         40        80           27     110
cancelled  orchestrated         10        10           11      60
cancelled  naive                40        80           18      90
"""
WRONG_WITHOUT_SAFEGUARDS = {
    "scaling-out": ("stays paid",),
    "duplicate": ("charged twice",),
    "lost-answer": ("charged twice",),
    "crash-between-steps": ("charged, no parcel",),
    "cancellation-race": ("a parcel for refunded money",),
    "dual-write": ("charged, no parcel", "stays placed"),
    "http-idempotency": ("a second order",),
}


@pytest.mark.parametrize("version", VERSIONS.values(), ids=lambda version: version.name)
@pytest.mark.parametrize(
    ("outcome", "status", "booked"),
    [
        ("shipped", "shipped", (1, 0, 1)),
        ("rejected", "rejected", (0, 0, 0)),
        ("cancelled, refunded", "cancelled", (1, 1, 0)),
    ],
)
def test_all_versions_agree_on_the_outcome(
    version: Version, outcome: str, status: str, booked: tuple[int, int, int]
) -> None:
    with patched_moto():
        run = InProcess(version.template)
        with version.prepared(run):
            order_id = place(run, outcome, None)
            run.drain()
            found = ended(run, order_id)
    assert (found.status, found.violations) == (status, ())
    assert (found.charges, found.refunds, found.parcels) == booked


@exact_work
def test_ten_orders_need_exactly_this_work() -> None:
    found = [[row.outcome, row.version, *map(str, astuple(row.effort)[:-1])] for row in compare().work]
    assert found == [line.split() for line in EXPECTED.strip().splitlines()[1:]]


def test_only_the_orchestrator_changes_for_a_new_subscriber() -> None:
    changes = {row.version: row.subscriber_changes for row in compare().work}
    assert changes == {"choreography": 0, "orchestrated": 1, "naive": 0}


@pytest.mark.parametrize("version", ["choreography", "orchestrated"])
def test_a_version_with_safeguards_is_right_in_every_lesson(version: str) -> None:
    wrong = {
        row.lesson: row.violations for row in compare().lessons if row.version == version and not row.right
    }
    assert wrong == {}


def test_the_naive_version_is_wrong_exactly_where_the_page_says() -> None:
    wrong = {
        row.lesson: row.violations for row in compare().lessons if row.version == "naive" and not row.right
    }
    assert wrong == WRONG_WITHOUT_SAFEGUARDS


def test_a_broken_shipping_stops_charges_in_the_orchestrated_version_only() -> None:
    meanwhile = {row.version: row.meanwhile for row in compare().lessons if row.lesson == "service-down"}
    assert meanwhile == {"choreography": "paid", "orchestrated": "placed", "naive": "paid"}


def test_every_compared_lesson_is_one_of_choreo_lesson() -> None:
    assert {row.lesson for row in compare().lessons} <= LESSONS.keys()


@exact_work
def test_the_published_tables_are_current() -> None:
    """`make compare` writes them."""
    assert page(PAGE.read_text()) == PAGE.read_text()


def test_the_command_prints_the_comparison_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["versions"] == [*VERSIONS]
    assert len(document["work"]) == 9
    assert {row["right"] for row in document["lessons"] if row["version"] == "orchestrated"} == {True}


def test_the_command_prints_a_table_of_at_most_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert "✗ charged twice" in shown
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
