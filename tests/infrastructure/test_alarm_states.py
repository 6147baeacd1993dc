"""Each alarm fires for the failures that it reports, even with late datapoints, and for nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.infrastructure.cloudwatch import Points, fires, state
from tests.infrastructure.test_alarms import ALARMS

Series = str | Mapping[str, str]
"""Datapoints, oldest first, with `-` for a missing one. A mapping has them by metric."""


@dataclass(frozen=True)
class Kind:
    """The series that must and must not fire the alarms whose names have the same ending."""

    must: tuple[Series, ...]
    must_not: tuple[Series, ...]


EACH_MINUTE = Kind(
    must=("1 1 1", "1 0 1 0 1", "1 - 1 - 1", "0 0 0 2 0 3 0 4"),
    must_not=(
        "1",
        "1 1",
        "0 0 0 0 0",
        "1 0 0 0 0 0 0 1 0 0 0 0 0 0 1",
        "- - - - -",
        "1 - - - - - - 1 - - - - - - 1",
    ),
)
"""Fires if the count is above 0 in three of five minutes, and not for single minutes."""
ANY = Kind(must=("1", "0 1", "- 1"), must_not=("0 0 0", "- - -"))
KINDS = {
    "Errors": EACH_MINUTE,
    "Throttles": EACH_MINUTE,
    "EventsNotPublished": EACH_MINUTE,
    "RequestsFail": EACH_MINUTE,
    "HttpApiServerErrors": EACH_MINUTE,
    "LoopStopped": ANY,
    "DeadLettersVisible": ANY,
    # The events' own age. The consumer retries each event about once a minute.
    "EventsWait": Kind(
        must=("700 760 820", "620 - 740 - 860", "60 120 180 240 300 360 420 480 540 600 660 720 780"),
        must_not=(
            "2 4 8 16 32",
            "60 120 180 240 300 360 420 480 540",
            "700",
            "- - - -",
            "90000 - - - - - - -",
        ),
    ),
    "OrderExpiryQueueAge": Kind(
        must=("1900 1960 2020",), must_not=("900 900 900 900", "1900 20 20 20 20 20")
    ),
    "QueueAge": Kind(
        must=("310 370 430", "310 370 - 490"), must_not=("60 60 60 60 60", "310 20 20 20 20", "- - -")
    ),
    "RelayAge": Kind(
        must=("70000 130000 190000",), must_not=("500 800 400", "70000 300 300 300 300 300", "- - - -")
    ),
    "MessagesFail": Kind(
        must=(
            {"MessagesFailed": "1 1 1 - - -"},
            {"MessagesDeadLettered": "1 1 1 1"},
            {"MessagesRefused": "1 1 1 1 1"},
            {
                "MessagesFailed": "1 - - - -",
                "MessagesDeadLettered": "- 1 - - -",
                "MessagesRefused": "- - 1 - -",
            },
        ),
        must_not=(
            {"MessagesFailed": "1 - - - -"},
            {"MessagesRefused": "1 1 - - - -"},
            {"MessagesFailed": "- - -"},
        ),
    ),
    # At least five refused parcels more than dispatched ones, within 15 minutes.
    "CarrierRefusesParcels": Kind(
        must=(
            {"ParcelsRefused": "5"},
            {"ParcelsRefused": "- 6 -"},
            {"ParcelsRefused": "0 9 0", "ParcelsDispatched": "9 4 9"},
        ),
        must_not=(
            {"ParcelsRefused": "4 4 4 4"},
            {"ParcelsRefused": "9 9 9", "ParcelsDispatched": "5 8 90"},
            {"ParcelsDispatched": "9 9 9"},
        ),
    ),
    "OrdersUnfinished": Kind(
        must=(
            {"OrdersAccepted": "9 9 9 9"},
            {"OrdersAccepted": "9 9 9 9", "OrdersShipped": "9 4 4 4"},
            {"OrdersAccepted": "9 9 9 9", "OrdersShipped": "- 2 2 2", "OrdersCancelled": "- 1 1 1"},
        ),
        must_not=(
            {"OrdersAccepted": "9 9 9 9", "OrdersShipped": "5 5 5 5"},
            {"OrdersAccepted": "9 9 9", "OrdersRejected": "9 9 9"},
            {"OrdersAccepted": "1 - - -", "OrdersShipped": "- 1 - -"},
            {"OrdersAccepted": "- - - -"},
        ),
    ),
}


def kind_of(name: str) -> Kind:
    """Return the kind with the longest matching name ending."""
    fitting = [ending for ending in KINDS if name.endswith(ending)]
    assert fitting, f"{name}: add to KINDS the series that must and must not fire it"
    return KINDS[max(fitting, key=len)]


def points(alarm: Mapping[str, Any], series: Series) -> dict[str, Points]:
    by_metric = series if isinstance(series, Mapping) else {alarm["MetricName"]: series}
    return {
        metric: [None if point == "-" else float(point) for point in text.split()]
        for metric, text in by_metric.items()
    }


CASES = [
    (name, series, expected)
    for name in ALARMS
    for expected, listed in ((True, kind_of(name).must), (False, kind_of(name).must_not))
    for series in listed
]


@pytest.mark.parametrize("late", [0, 1, 2])
@pytest.mark.parametrize(("name", "series", "expected"), CASES)
def test_an_alarm_fires_only_for_the_series_that_it_should_report(
    name: str, series: Series, expected: bool, late: int
) -> None:
    alarm = ALARMS[name]
    arriving = {metric: [*values, *[None] * late] for metric, values in points(alarm, series).items()}
    # Late points would separate orders from their outcomes; this alarm's periods of 15 minutes prevent it.
    periods_late = 0 if name == "OrdersUnfinished" else late
    assert fires(alarm, arriving, periods_late) is expected


def test_an_alarm_of_three_in_three_minutes_would_not_fire_for_a_late_metric() -> None:
    alarm = {**ALARMS["PaymentMessagesFail"], "EvaluationPeriods": 3, "DatapointsToAlarm": 3}
    assert not fires(alarm, points(alarm, {"MessagesFailed": "1 1 1 1 1 1 1 1 1"}), late=1)


# ---------------------------------------------------------------- the evaluation itself

GUIDE = [
    # 3 of 3 points, as in the guide's first table: missing, ignore, breaching, notBreaching
    (3, "0 - 1 - 1", ("OK", "OK", "OK", "OK")),
    (3, "- - - - 0", ("OK", "OK", "OK", "OK")),
    (3, "- - - - -", ("INSUFFICIENT_DATA", "KEPT", "ALARM", "OK")),
    (3, "0 1 1 - 1", ("ALARM", "ALARM", "ALARM", "ALARM")),
    (3, "- - 1 - -", ("ALARM", "KEPT", "ALARM", "OK")),
    # 2 of 3 points, as in the guide's second table
    (2, "0 - 1 - 1", ("ALARM", "ALARM", "ALARM", "ALARM")),
    (2, "0 0 1 0 1", ("ALARM", "ALARM", "ALARM", "ALARM")),
    (2, "0 - 1 - -", ("OK", "OK", "ALARM", "OK")),
    (2, "- - - - 0", ("OK", "OK", "ALARM", "OK")),
    (2, "- - - 1 -", ("ALARM", "KEPT", "ALARM", "OK")),
]


@pytest.mark.parametrize(("needed", "series", "states"), GUIDE)
def test_missing_data_is_treated_as_in_the_guide(needed: int, series: str, states: tuple[str, ...]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"""
    alarm = {
        "MetricName": "m",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": needed,
    }
    treatments = ("missing", "ignore", "breaching", "notBreaching")
    found = tuple(
        state({**alarm, "TreatMissingData": treatment}, points(alarm, series)) for treatment in treatments
    )
    assert found == states
