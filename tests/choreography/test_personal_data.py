"""No personal data and no payment token in a log line, a metric or the reason of a dead letter.

The tests put a marked value into each field with such data, and search all output for these values. The
messages themselves contain the data: queues are encrypted, and only the consumer reads them.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from choreography import aws
from choreography.stored import event_json
from choreography.table import from_attributes, to_attributes
from infra.local.aws.clients import client
from tests.conftest import MakeEvent, Printed
from tests.world import World, an_order

CANARY = "kanari"
ADDRESS = {name: f"{CANARY}-{name}" for name in ("name", "line1", "city", "postal_code")}
METHOD = f"{CANARY}-payment_method"
CONSUMERS = {
    "OrderQueue": "OrderConsumer",
    "OrderExpiryQueue": "OrderExpiry",
    "PaymentQueue": "PaymentConsumer",
    "ShippingQueue": "ShippingConsumer",
}


@pytest.fixture(autouse=True)
def marked_token_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the gateway accept the marked token, so that the order completes."""
    monkeypatch.setattr("payment.sandbox.ACCEPTED", frozenset({METHOD}))


def marked_order(country: str = "GB", **changes: Any) -> dict[str, Any]:
    return (
        an_order(
            customer_id=f"{CANARY}-customer_id",
            payment_method=METHOD,
            shipping_address=ADDRESS | {"country": country},
        )
        | changes
    )


def place(world: World, **changes: Any) -> str:
    answer = world.post("/orders", marked_order(**changes))
    order_id: str = json.loads(answer.body)["order_id"]
    return order_id


def placed_event(world: World) -> str:
    """Return an order.placed event that contains every marked value."""
    (placed,) = world.published("OrderTable", place(world))
    event = event_json(placed)
    assert all(canary in event for canary in (*ADDRESS.values(), METHOD))
    return event


def poison(event: str) -> Iterator[str]:
    """Yield unreadable variants of the event: one invalid field each, a truncated body, no JSON."""
    whole = json.loads(event)
    for path in _paths(whole["data"]):
        broken = json.loads(event)
        *above, last = path
        at = broken["data"]
        for step in above:
            at = at[step]
        at[last] = [f"{CANARY}-invalid", ADDRESS, METHOD]
        yield json.dumps(broken)
    yield event[: len(event) // 2]
    yield f"{METHOD} {ADDRESS['name']}"
    yield json.dumps([METHOD, ADDRESS])
    yield event.replace("order.placed/1.1", "order.placed/9.0")


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths(item, (*path, key))


def reasons(world: World) -> list[str]:
    """Return the reason of each dead letter."""
    queues = [name for name in world.stack.queues if name.endswith("DeadLetters")]
    letters = [letter for queue in queues for letter in world.messages(queue)]
    return [letter["MessageAttributes"]["reason"]["StringValue"] for letter in letters]


def log_messages(lines: list[dict[str, Any]]) -> set[str]:
    return {line["message"] for line in lines if "message" in line}


def with_marked_values(values: list[Any]) -> list[Any]:
    """Return the values whose JSON contains a marked value."""
    return [value for value in values if CANARY in json.dumps(value)]


@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, "completed"), ({"country": "AQ"}, "cancelled"), ({"payment_method": f"{METHOD}-2"}, "rejected")],
)
def test_no_log_line_of_an_order_has_data_of_its_customer(
    world: World, printed: Printed, changes: dict[str, Any], status: str
) -> None:
    order_id = place(world, **changes)
    world.drain()
    if status == "completed":
        world.parcel_delivered(order_id)
        world.drain()
    assert world.status(order_id) == status
    lines = printed()
    assert log_messages(lines) >= {"placed", "published", "handled"}
    assert with_marked_values(lines) == []


def test_a_refused_request_is_not_quoted(world: World, printed: Printed) -> None:
    for changes in ({"currency": CANARY}, {"items": [ADDRESS]}, {"payment_method": [METHOD]}, ADDRESS):
        assert world.post("/orders", marked_order() | changes).status == 422
    assert world.post("/orders", f"{METHOD} {ADDRESS}".encode()).status == 400
    world.post("/orders", marked_order(), idempotency_key="once")
    assert world.post("/orders", marked_order(currency="GBP"), idempotency_key="once").status == 422
    assert with_marked_values(printed()) == []


@pytest.mark.parametrize("queue", CONSUMERS)
def test_poison_is_neither_quoted_nor_in_the_reason(world: World, printed: Printed, queue: str) -> None:
    for broken in poison(placed_event(world)):
        world.deliver(CONSUMERS[queue], broken)
    letters = world.messages(f"{queue.removesuffix('Queue')}DeadLetters")
    assert len(letters) > len(ADDRESS)
    assert with_marked_values([letter["Body"] for letter in letters]), (
        "a dead letter is the message, unchanged"
    )
    lines = printed()
    assert "message dead-lettered" in log_messages(lines)
    assert with_marked_values(lines) == []
    assert with_marked_values(reasons(world)) == []


def test_an_event_that_a_relay_cannot_publish_is_not_quoted(world: World, printed: Printed) -> None:
    event = placed_event(world)
    table = world.stack.tables["OrderTable"]
    (stored,) = client("dynamodb").scan(TableName=table)["Items"]
    item = from_attributes(stored)
    for broken in poison(event):
        if broken.startswith("{") and broken.endswith("}"):
            item["outbox"][0]["data"] = json.loads(broken)["data"]
            client("dynamodb").put_item(TableName=table, Item=to_attributes(item))
    world.step("OrderRelayOutbox")
    assert len(world.messages("OrderRelayDeadLetters")) > len(ADDRESS)
    lines = printed()
    assert "event breaks its contract; dead-lettered" in log_messages(lines)
    assert with_marked_values(lines) == []
    assert with_marked_values(reasons(world)) == []


@pytest.mark.parametrize("service", ["Payment", "Shipping"])
@pytest.mark.parametrize("call", ["get_item", "put_item"])
def test_a_failure_is_logged_without_its_input(
    world: World, printed: Printed, monkeypatch: pytest.MonkeyPatch, service: str, call: str
) -> None:
    event = placed_event(world)
    with monkeypatch.context() as patched:
        patched.setattr(aws.dynamodb(), call, lambda **_: 1 / 0)
        world.deliver(f"{service}Consumer", event)
    lines = printed()
    assert "message failed" in log_messages(lines)
    assert with_marked_values(lines) == []


INVALID_ATTRIBUTES = {
    "status": 7,
    "address": CANARY,
    "payment_id": 7,
    "tracking_number": {"number": CANARY},
}
"""Values of the wrong type for attributes of the services' states. (DynamoDB refuses those of index keys.)"""


@pytest.mark.parametrize(
    ("service", "kind"),
    [("Order", "payment.captured"), ("Payment", "shipment.failed"), ("Shipping", "payment.declined")],
)
def test_an_item_that_cannot_be_read_is_not_quoted(
    world: World, printed: Printed, make_event: MakeEvent, service: str, kind: str
) -> None:
    order_id = place(world)
    world.drain()
    item = world.item(f"{service}Table", order_id) | INVALID_ATTRIBUTES
    client("dynamodb").put_item(TableName=world.stack.tables[f"{service}Table"], Item=to_attributes(item))
    event = make_event(kind, order_id)
    assert world.deliver(f"{service}Consumer", event) == [event.to_json()]
    assert service != "Order" or world.request("GET", f"/orders/{order_id}").status == 503
    lines = printed()
    assert "message failed" in log_messages(lines)
    assert with_marked_values(lines) == []


def test_an_unsigned_message_of_the_carrier_is_not_quoted(world: World, printed: Printed) -> None:
    order_id = place(world)
    body = json.dumps({"reference": order_id, "to": ADDRESS}).encode()
    assert world.send_webhook(order_id, body, webhook_signature=f"v1,{CANARY}").status == 401
    assert world.send_webhook(order_id, body).status == 422
    assert with_marked_values(printed()) == []
