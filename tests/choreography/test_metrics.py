"""Each outcome is counted once, by the service that decides it."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from choreography.errors import NotAdmitted, RaceLost
from choreography.table import Table
from contracts.envelope import Event
from tests.conftest import MakeEvent, Printed
from tests.world import World, an_order


def counted(printed: Printed) -> Counter[str]:
    """The sums by `service metric`, without the counts of messages."""
    sums: Counter[str] = Counter()
    for document in (line for line in printed() if "_aws" in line):
        (directive,) = document["_aws"]["CloudWatchMetrics"]
        assert (directive["Namespace"], directive["Dimensions"]) == ("order-choreography", [["service"]])
        for metric in directive["Metrics"]:
            assert metric["Unit"] == "Count"
            sums[f"{document['service']} {metric['Name']}"] += sum(document[metric["Name"]])
    return Counter({name: value for name, value in sums.items() if "Message" not in name})


SHIPPED = ["order OrdersAccepted", "order OrdersShipped", "payment PaymentsCaptured"]
OUTCOMES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "shipped": ({}, [*SHIPPED, "shipping ParcelsDispatched"]),
    "declined": (
        {"payment_method": "pm_card_chargeDeclined"},
        ["order OrdersAccepted", "order OrdersRejected", "payment PaymentsDeclined"],
    ),
    "not served": (
        {"country": "AQ"},
        [
            "order OrdersAccepted",
            "order OrdersCancelled",
            "payment PaymentsCaptured",
            "payment PaymentsRefunded",
            "shipping ParcelsRefused",
        ],
    ),
}


@pytest.mark.parametrize(("order", "expected"), OUTCOMES.values(), ids=OUTCOMES)
def test_each_outcome_is_counted_once(
    world: World, printed: Printed, order: dict[str, Any], expected: list[str]
) -> None:
    world.place(**order)
    world.drain()
    published = ["EventsPublished"]
    business = {name: n for name, n in counted(printed).items() if name.split()[1] not in published}
    assert business == dict.fromkeys(expected, 1)


def test_a_repeated_delivery_completes_an_order_once(world: World, printed: Printed) -> None:
    order_id = world.place()
    world.drain()
    for _ in range(2):
        world.parcel_delivered(order_id)
    world.drain()
    seen = counted(printed)
    assert [seen[f"order Orders{how}"] for how in ("Accepted", "Shipped", "Completed")] == [1, 1, 1]
    assert (seen["shipping ParcelsDelivered"], seen["shipping DuplicatesDropped"]) == (1, 1)


def test_an_order_that_is_completed_before_it_is_shipped_counts_as_both(
    world: World, printed: Printed, make_event: MakeEvent
) -> None:
    order_id = world.place()
    for kind in ("shipment.delivered", "shipment.dispatched"):
        world.deliver("OrderConsumer", make_event(kind, order_id))
    seen = counted(printed)
    assert (seen["order OrdersShipped"], seen["order OrdersCompleted"]) == (1, 1)


def test_a_request_that_is_repeated_is_one_order(world: World, printed: Printed) -> None:
    for _ in range(2):
        world.post("/orders", an_order(), idempotency_key="k")
    assert counted(printed)["order OrdersAccepted"] == 1


def test_a_repeated_cancellation_request_is_counted_once(world: World, printed: Printed) -> None:
    order_id = world.place()
    assert [world.cancel(order_id) for _ in range(2)] == [202, 202]
    assert counted(printed)["order CancellationsRequested"] == 1


def test_the_outcome_of_each_message_is_counted(
    world: World, printed: Printed, make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = world.place()
    placed = make_event("order.placed", order_id)
    printed()
    with monkeypatch.context() as patched:
        patched.setattr("payment.sandbox.SandboxGateway.charge", lambda *_: 1 / 0)
        world.deliver("PaymentConsumer", placed)  # writes the intent, then fails
    world.deliver("PaymentConsumer", make_event("shipment.cancelled", order_id), receive_count=5)
    world.deliver("PaymentConsumer", placed, placed, "{")
    (failed, waiting, rest) = [_messages(document) for document in printed() if "_aws" in document]
    assert failed == {"MessagesFailed": 1}
    assert waiting == {"MessagesWaiting": 1, "WaitingSeconds": pytest.approx(age(placed), abs=60)}
    assert rest == {"MessagesHandled": 1, "DuplicatesDropped": 1, "MessagesDeadLettered": 1}


def test_the_metric_waiting_seconds_is_the_age_of_the_oldest_waiting_event(
    world: World, printed: Printed, make_event: MakeEvent
) -> None:
    """The other messages of the batch are younger, and handled messages do not count."""
    old, young = (make_event("shipment.cancelled", order_id) for order_id in ("order-1", "order-2"))
    young = young.model_copy(update={"time": datetime.now(UTC)})
    for event in (old, young):
        world.deliver("PaymentConsumer", make_event("order.placed", event.order_id))
    printed()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Table, "write", refuse(RaceLost("by this test")))
        world.deliver("PaymentConsumer", young, old)
    (document,) = [line for line in printed() if "_aws" in line]
    assert document["WaitingSeconds"] == [pytest.approx(age(old), abs=60)]


def test_a_message_that_waits_for_credentials_is_counted_as_refused(
    world: World, printed: Printed, make_event: MakeEvent
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("payment.sandbox.SandboxGateway.charge", refuse(NotAdmitted("the key was revoked")))
        world.deliver("PaymentConsumer", make_event("order.placed"))
    (document,) = [line for line in printed() if "_aws" in line]
    assert (document["MessagesWaiting"], document["MessagesRefused"]) == ([1], [1])


def age(event: Event[Any]) -> float:
    """The age of an event in seconds."""
    return (datetime.now(UTC) - event.time).total_seconds()


def refuse(error: Exception) -> Callable[..., Any]:
    def raising(*_: Any, **__: Any) -> Any:
        raise error

    return raising


def test_a_refused_message_of_the_carrier_is_counted(world: World, printed: Printed) -> None:
    order_id = world.place()
    world.parcel_delivered(order_id)
    world.send_webhook(order_id, b"{}", webhook_signature="v1,AAAA")
    assert counted(printed)["shipping WebhooksRefused"] == 2


def test_an_invocation_without_metrics_prints_no_line(world: World, printed: Printed) -> None:
    world.get("/orders?customer_id=unknown")
    assert printed() == []


def _messages(document: dict[str, Any]) -> dict[str, float]:
    names = [m["Name"] for m in document["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
    return {name: sum(document[name]) for name in names if name not in ("PaymentsCaptured",)}
