"""The status of each service in an order's history."""

from typing import Any

import pytest

from choreography.decisions import State
from choreography.stored import Record
from infra.cli.history import _status

PLACED, GRANTED = {"type": "order.placed"}, {"type": "loyalty.points_granted"}
SHIPPED = {"1": {"type": "payment.captured"}, "2": {"type": "shipment.dispatched"}}


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (Record("x", State(), outbox=(PLACED,), inbox=SHIPPED), "shipped"),
        (Record("x", State(), unknown={"status": "captured"}), "captured"),
        (Record("x", State(), outbox=(GRANTED,), inbox=SHIPPED), "loyalty.points_granted"),
        (Record("x", State(), inbox=SHIPPED), "noted"),
    ],
)
def test_a_service_without_a_status_shows_what_it_published(record: Record[Any], shown: str) -> None:
    assert _status(record) == shown
