"""The lights compare the tables with what customers and the carrier saw."""

import pytest

from infra.lessons.seen import SEEN_CHECKS, Seen
from infra.simulation.journal import Journal

CAUSE, EFFECT = {"id": "1", "type": "order.placed"}, {"id": "2", "type": "paid", "causationid": "1"}


@pytest.mark.parametrize(
    ("history", "violations"),
    [
        ([CAUSE, EFFECT], []),
        ([EFFECT, CAUSE], ["the history shows paid before its cause"]),
        ([EFFECT], []),
    ],
)
def test_a_history_shows_no_effect_before_its_cause(
    history: list[dict[str, str]], violations: list[str]
) -> None:
    assert list(SEEN_CHECKS[6](Seen(histories={"x": history}), Journal(), "x")) == violations


def test_an_order_that_the_carrier_delivered_must_be_completed() -> None:
    assert list(SEEN_CHECKS[4](Seen(delivered={"x"}), Journal(), "x")) == [
        "the carrier delivered the parcel, but the order is placed"
    ]
