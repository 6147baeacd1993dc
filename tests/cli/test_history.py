"""Traces of unfinished and finished orders, from the services' tables."""

import pytest

from infra.cli import mermaid
from infra.cli.deployed import Deployed
from infra.cli.errors import NotFound
from infra.cli.history import history
from tests.world import World

STOPPED = """\
sequenceDiagram
    actor Customer
    participant S_Order as Order
    participant S_Payment as Payment
    participant S_Shipping as Shipping
    Customer->>S_Order: POST /orders
    S_Order-)S_Shipping: order.placed
    S_Order--)S_Payment: order.placed
    Note over S_Order: placed
    Note over S_Shipping: none"""


@pytest.mark.three_services
def test_a_stopped_service_is_shown_as_awaited(world: World, deployed: Deployed) -> None:
    order_id = world.place()
    world.drain("payment")
    (placed,) = history(deployed, order_id).steps
    assert (placed.publisher, placed.handled_by, placed.awaited_by) == ("Order", ("Shipping",), ("Payment",))
    diagram = mermaid.diagram(history(deployed, order_id)).splitlines()
    assert [line for line in diagram if line in STOPPED or "participant" not in line] == STOPPED.splitlines()


@pytest.mark.three_services
@pytest.mark.parametrize(
    ("country", "types"),
    [
        ("GB", ["order.placed", "payment.captured", "shipment.dispatched"]),
        ("AQ", ["order.placed", "payment.captured", "shipment.failed", "payment.refunded"]),
    ],
)
def test_a_finished_order_has_its_events_in_causal_order_and_awaits_no_service(
    world: World, deployed: Deployed, country: str, types: list[str]
) -> None:
    order_id = world.place(country)
    world.drain()
    steps = history(deployed, order_id).steps
    assert [step.type for step in steps] == types
    assert [step.depth for step in steps] == list(range(len(types)))
    assert not any(step.awaited_by for step in steps)


def test_an_event_is_also_known_from_the_inbox_of_a_subscriber(world: World, deployed: Deployed) -> None:
    order_id = world.place()
    world.drain()
    deployed.client("dynamodb").delete_item(
        TableName=world.stack.tables["PaymentTable"], Key={"order_id": {"S": order_id}}
    )
    captured = history(deployed, order_id).steps[1]
    assert (captured.type, captured.publisher) == ("payment.captured", "Payment")


def test_an_unknown_order_is_not_found(deployed: Deployed) -> None:
    with pytest.raises(NotFound, match="no service of order-choreography has order 1"):
        history(deployed, "1")
