"""Every log line and every event of an order has the correlation id of the HTTP request."""

import json
from typing import Any

import pytest

from tests.conftest import Printed
from tests.world import World, an_order, fields

GIVEN = "shop:basket-42"


def lines(printed: Printed) -> list[dict[str, Any]]:
    """The log lines of the functions, without metrics."""
    return [line for line in printed() if "_aws" not in line]


def place(world: World, correlation: str = GIVEN, **order: Any) -> str:
    answer = world.post("/orders", an_order(**order), x_correlation_id=correlation)
    assert dict(answer.headers)["x-correlation-id"] == correlation
    order_id: str = json.loads(answer.body)["order_id"]
    return order_id


@pytest.mark.parametrize("order", [{}, {"country": "AQ"}, {"payment_method": "pm_card_chargeDeclined"}])
def test_every_line_of_a_whole_choreography_has_the_id_of_the_request(
    world: World, printed: Printed, order: dict[str, Any]
) -> None:
    order_id = place(world, **order)
    world.drain()
    if not order:
        world.parcel_delivered(order_id)
        world.drain()
    logged = lines(printed)
    assert {line["message"] for line in logged} >= {"placed", "published", "handled"}
    assert [line for line in logged if line.get("correlation_id") != GIVEN] == []


def test_every_event_has_the_correlation_id(world: World) -> None:
    order_id = place(world)
    world.drain()
    world.parcel_delivered(order_id)
    for table in ("OrderTable", "PaymentTable", "ShippingTable"):
        emitted = world.published(table, order_id)
        assert {event["correlationid"] for event in emitted} == {GIVEN}


def test_a_cancellation_keeps_the_orders_id_and_is_answered_with_its_own(
    world: World, printed: Printed
) -> None:
    order_id = place(world)
    printed()
    answer = world.post(f"/orders/{order_id}/cancellation", x_correlation_id="the-cancellation")
    assert dict(answer.headers)["x-correlation-id"] == "the-cancellation"
    world.drain()
    assert {line["correlation_id"] for line in lines(printed)} == {GIVEN}


def test_log_lines_of_waiting_failed_and_dead_lettered_messages_have_the_id(
    world: World, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(world)
    world.step("OrderRelayOutbox")
    (placed,) = (message["Body"] for message in world.messages("PaymentQueue"))
    with monkeypatch.context() as patched:
        patched.setattr("payment.sandbox.SandboxGateway.charge", lambda *_: 1 / 0)
        world.deliver("PaymentConsumer", placed)
    world.deliver("PaymentConsumer", placed.replace("order.placed/1.1", "order.placed/9.0"))
    world.deliver("PaymentConsumer", placed.replace('"order.placed"', '"order.wrapped"'))
    logged = lines(printed)
    assert [line["message"] for line in logged[2:]] == [
        "message failed",
        "message dead-lettered",
        "event type ignored",
    ]
    assert {line["correlation_id"] for line in logged} == {GIVEN}


@pytest.mark.parametrize("given", ["JKJaXmPLvHcESHA=", "Z7kGf+/DIAMEPyg=", "c6af9ac6-7b61-11e6"])
def test_an_id_that_api_gateway_makes_is_accepted_when_it_is_sent_back(world: World, given: str) -> None:
    """Request ids of HTTP APIs are base64."""
    assert place(world, given)


def test_a_request_without_an_id_gets_one(world: World) -> None:
    answer = world.post("/orders", an_order())
    given = dict(answer.headers)["x-correlation-id"]
    order_id = json.loads(answer.body)["order_id"]
    assert world.published("OrderTable", order_id)[0]["correlationid"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "naïve", "a\nb", "{}"])
def test_an_id_with_other_characters_is_refused(world: World, given: str) -> None:
    answer = world.post("/orders", an_order(), x_correlation_id=given)
    assert (answer.status, fields(answer)) == (400, {"X-Correlation-Id"})
    assert dict(answer.headers)["x-correlation-id"] != given


@pytest.mark.parametrize(("path", "status"), [("/orders/none", 404), ("/orders", 400)])
def test_a_refusal_has_the_correlation_id(world: World, path: str, status: int) -> None:
    answer = world.request("GET", path, x_correlation_id=GIVEN)
    assert (answer.status, dict(answer.headers)["x-correlation-id"]) == (status, GIVEN)
