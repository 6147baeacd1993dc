"""The contract of every carrier adapter, and the meaning of the answers of a carrier over HTTP."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from choreography.errors import KeyReused, NotAdmitted, NotUnderstood, Unanswered
from contracts.values import Address, Item
from infra.local.aws.clients import client
from infra.local.in_process import environment
from shipping import http_carrier
from shipping.carrier import Carrier, Dispatch, Dispatched, Unserviceable
from shipping.http_carrier import ANSWER_LIMIT_BYTES, HttpCarrier, connect
from shipping.sandbox import SandboxCarrier
from tests.conftest import Printed
from tests.specified_carrier import SECRET, Fault, SpecifiedCarrier
from tests.world import World

ORDER_ID = "2a6b6f0e-0000-4000-8000-000000000001"
ADDRESS = Address(name="Ada", line1="12 St James Square", city="London", postal_code="SW1Y 4JH", country="GB")
DISPATCH = Dispatch(ORDER_ID, ADDRESS, (Item(sku="tea", quantity=2, unit_price=1250),), datetime.now(UTC))
TO_UNSERVED_COUNTRY = replace(DISPATCH, address=ADDRESS.model_copy(update={"country": "AQ"}))
LATE = replace(DISPATCH, decided_at=datetime.now(UTC) - timedelta(days=2))


@pytest.fixture
def server() -> Iterator[SpecifiedCarrier]:
    with SpecifiedCarrier().open() as opened:
        yield opened


@pytest.fixture(params=["sandbox", "http"])
def carrier(request: pytest.FixtureRequest, world: World, server: SpecifiedCarrier) -> Any:
    with environment({}):
        if request.param == "sandbox":
            yield SandboxCarrier(world.stack.tables["ShippingLedger"])
        else:
            yield over(server)


def over(server: SpecifiedCarrier) -> HttpCarrier:
    return connect(server.endpoint, SECRET)


def tracking_number(carrier: Carrier, dispatch: Dispatch = DISPATCH) -> str:
    dispatched = carrier.dispatch(dispatch)
    assert isinstance(dispatched, Dispatched)
    return dispatched.tracking_number


def test_repeated_dispatches_send_one_parcel(carrier: Carrier) -> None:
    assert tracking_number(carrier) == tracking_number(carrier)


def test_a_redelivery_days_later_finds_the_same_parcel(carrier: Carrier) -> None:
    assert tracking_number(carrier) == tracking_number(carrier, LATE)


def test_each_order_has_its_own_parcel(carrier: Carrier) -> None:
    assert tracking_number(carrier) != tracking_number(carrier, replace(DISPATCH, order_id="order-2"))


def test_a_dispatch_to_an_unserved_country_is_refused_each_time_with_the_same_reason(
    carrier: Carrier,
) -> None:
    first, second = (carrier.dispatch(TO_UNSERVED_COUNTRY) for _ in range(2))
    assert isinstance(first, Unserviceable)
    assert first == second


def test_another_parcel_under_the_same_key_is_refused(carrier: Carrier) -> None:
    tracking_number(carrier)
    with pytest.raises(KeyReused):
        carrier.dispatch(replace(DISPATCH, items=()))


# ---------------------------------------------------------------- over HTTP


def keys(server: SpecifiedCarrier) -> list[str | None]:
    return [headers.get("idempotency-key") for _, _, headers, _ in server.requests]


def test_a_dispatch_is_signed_and_contains_only_the_data_that_the_carrier_needs(
    server: SpecifiedCarrier,
) -> None:
    tracking_number(over(server))
    ((method, path, headers, body),) = server.requests
    assert (method, path) == ("POST", "/v1/dispatches")
    assert headers["webhook-id"] == headers["idempotency-key"] == f"dispatch-{ORDER_ID}"
    assert json.loads(body) == {
        "reference": ORDER_ID,
        "address": ADDRESS.model_dump(),
        "pieces": [{"sku": "tea", "quantity": 2}],
    }


GARBAGE = [b"", b"{", b"[]", {}, {"reference": ORDER_ID}, {"reference": ORDER_ID, "tracking_number": "a\nb"}]

NO_HTTP = [
    b"",
    b"garbage",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1 201 Created\r\nContent-Length: 1, 2\r\n\r\n{}",
    b"HTTP/1.1 201 Created\r\nContent-Length: -1\r\n\r\n{}",
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
    b"HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 201 Created\r\n\xff: \xff\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 201 Created\r\n" + b"A: b\r\n" * 200 + b"\r\n",
    b"HTTP/1.1 201 Created\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\n\r\n",
]


@pytest.mark.parametrize(
    "fault",
    [
        "unreached",
        "lost",
        "late",
        "short",
        "endless",
        "dripping",
        *((status, {}) for status in (202, 204, 408, 409, 425, 429, 500, 502, 503, 504)),
        *((201, body) for body in GARBAGE),
        (200, {"reference": "another order", "tracking_number": "1"}),
        *NO_HTTP,
    ],
)
def test_after_a_dispatch_without_a_usable_answer_the_retry_finds_the_same_parcel(
    server: SpecifiedCarrier, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults = [fault]
    monkeypatch.setattr(http_carrier, "BODY_SECONDS", 0.1)
    if fault == "late":
        monkeypatch.setattr(http_carrier, "READ_SECONDS", 0.1)
    with pytest.raises(Unanswered):
        over(server).dispatch(DISPATCH)
    monkeypatch.undo()
    assert tracking_number(over(server)) == "HTTP1"
    assert keys(server) == [DISPATCH.idempotency_key] * 2
    assert len(server.parcels) == 1


def test_a_repeated_answer_is_not_used_for_the_next_order(server: SpecifiedCarrier) -> None:
    server.faults = ["twice"] * 3
    carrier = over(server)
    orders = [replace(DISPATCH, order_id=f"order-{number}") for number in range(3)]
    assert [tracking_number(carrier, order) for order in orders] == ["HTTP1", "HTTP2", "HTTP3"]


@pytest.mark.parametrize("status", [301, 302, 307, 308, 401, 403, 404, 405, 410])
def test_a_wrong_secret_or_endpoint_raises_not_admitted(server: SpecifiedCarrier, status: int) -> None:
    """The adapter follows no redirect: it sends the customer's address only to the configured endpoint."""
    server.faults = [(status, {"title": "Ada Lovelace"})]
    with pytest.raises(NotAdmitted, match=f"^carrier: HTTP {status}$"):
        over(server).dispatch(DISPATCH)
    assert len(server.requests) == 1


def test_a_request_that_was_signed_with_another_secret_is_not_admitted(server: SpecifiedCarrier) -> None:
    with pytest.raises(NotAdmitted, match="401"):
        connect(server.endpoint, "whsec_YW5vdGhlcg==").dispatch(DISPATCH)


@pytest.mark.parametrize("secret", ["", "whsec_", "no base64"])
def test_a_secret_that_is_not_a_key_raises_not_admitted(secret: str) -> None:
    with pytest.raises(NotAdmitted, match="secret of the dispatches"):
        connect("http://127.0.0.1:9", secret)


@pytest.mark.parametrize("status", [400, 413, 415])
def test_an_invalid_request_of_ours_raises_not_understood(server: SpecifiedCarrier, status: int) -> None:
    server.faults = [(status, {"title": "Ada Lovelace"})]
    with pytest.raises(NotUnderstood, match=f"^carrier: HTTP {status}$"):
        over(server).dispatch(DISPATCH)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"reason": "dangerous_goods"}, "dangerous_goods"),
        ({"reason": "Ada Lovelace, 12 St James Square"}, "refused"),
        ({"detail": "Ada Lovelace"}, "refused"),
        (b"<html>", "refused"),
    ],
)
def test_the_reason_is_the_carriers_code_and_never_its_text(
    server: SpecifiedCarrier, body: Any, reason: str
) -> None:
    server.faults = [(422, body)]
    assert over(server).dispatch(DISPATCH) == Unserviceable(reason)


def test_a_refusal_does_not_hide_the_parcel_of_an_earlier_attempt(server: SpecifiedCarrier) -> None:
    tracking_number(over(server))
    server.faults = [(422, {"reason": "address_not_served"})]
    assert over(server).dispatch(DISPATCH) == Dispatched("HTTP1")


@pytest.mark.parametrize("fault", [(503, {}), (200, {})], ids=str)
def test_a_refusal_without_a_successful_look_up_of_the_parcel_raises_unanswered(
    server: SpecifiedCarrier, fault: Fault
) -> None:
    server.faults = [(422, {"reason": "address_not_served"}), fault]
    with pytest.raises(Unanswered):
        over(server).dispatch(DISPATCH)


def test_a_parcel_is_found_after_the_carrier_deleted_its_key(server: SpecifiedCarrier) -> None:
    number = tracking_number(over(server))
    server.keys.clear()
    assert tracking_number(over(server), LATE) == number
    assert len(server.parcels) == 1


def test_a_late_dispatch_looks_for_a_parcel_and_then_sends_one(server: SpecifiedCarrier) -> None:
    assert tracking_number(over(server), LATE) == "HTTP1"
    assert [method for method, *_ in server.requests] == ["GET", "POST"]


def test_a_reference_cannot_lead_to_another_path(server: SpecifiedCarrier) -> None:
    over(server)._find(replace(DISPATCH, order_id="../x?y"))
    assert server.requests[0][1] == "/v1/dispatches/..%2Fx%3Fy"


@pytest.mark.parametrize("size", [ANSWER_LIMIT_BYTES, ANSWER_LIMIT_BYTES + 1])
def test_an_answer_over_the_size_limit_is_not_used(server: SpecifiedCarrier, size: int) -> None:
    body = json.dumps({"reference": ORDER_ID, "tracking_number": "1"}).encode().ljust(size)
    server.faults = [(201, body)]
    if size > ANSWER_LIMIT_BYTES:
        with pytest.raises(Unanswered, match="too long"):
            over(server).dispatch(DISPATCH)
    else:
        assert over(server).dispatch(DISPATCH) == Dispatched("1")


@pytest.fixture
def with_http(world: World) -> Iterator[tuple[World, SpecifiedCarrier]]:
    carrier = SpecifiedCarrier()
    with carrier.used_by(world):
        yield world, carrier


@pytest.mark.parametrize(("country", "status", "parcels"), [("GB", "shipped", 1), ("AQ", "cancelled", 0)])
def test_a_whole_order_through_a_carrier_over_http(
    with_http: tuple[World, SpecifiedCarrier], country: str, status: str, parcels: int
) -> None:
    world, carrier = with_http
    order_id = world.place(country)
    world.drain()
    assert (world.status(order_id), len(carrier.parcels)) == (status, parcels)
    refunds = [entry for entry in world.ledger("Payment", order_id) if entry.startswith("refund")]
    assert len(refunds) == 1 - parcels
    assert world.items("ShippingLedger") == []


def test_an_order_waits_for_the_carrier_and_gets_one_parcel(
    with_http: tuple[World, SpecifiedCarrier],
) -> None:
    world, carrier = with_http
    order_id = world.place()
    carrier.faults = ["lost"]
    world.drain()
    assert (world.status(order_id), len(carrier.parcels)) == ("paid", 1)
    world.wake_hidden("ShippingQueue")
    world.drain()
    assert (world.status(order_id), len(carrier.parcels)) == ("shipped", 1)


def test_an_order_waits_and_an_alarm_fires_while_the_carrier_rejects_our_signature(
    with_http: tuple[World, SpecifiedCarrier], printed: Printed
) -> None:
    world, carrier = with_http
    order_id = world.place()
    carrier.faults = [(401, {})]
    world.drain()
    refused = [line["MessagesRefused"] for line in printed() if "MessagesRefused" in line]
    assert (world.status(order_id), refused) == ("paid", [[1]])
    world.wake_hidden("ShippingQueue")
    world.drain()
    assert world.status(order_id) == "shipped"


def test_a_dead_lettered_dispatch_succeeds_after_the_correction_and_a_redrive(
    with_http: tuple[World, SpecifiedCarrier],
) -> None:
    world, carrier = with_http
    order_id = world.place()
    carrier.faults = [(400, {})]
    world.drain()
    (dead,) = world.messages("ShippingDeadLetters")
    assert dead["MessageAttributes"]["reason"]["StringValue"] == "NotUnderstood: carrier: HTTP 400"
    world.send("ShippingQueue", dead["Body"])
    world.drain()
    assert (world.status(order_id), len(carrier.parcels)) == ("shipped", 1)


def test_without_the_secret_an_order_waits_and_shipping_starts_no_dispatch(
    with_http: tuple[World, SpecifiedCarrier],
) -> None:
    world, carrier = with_http
    client("secretsmanager").delete_secret(SecretId="carrier", ForceDeleteWithoutRecovery=True)
    order_id = world.place()
    world.drain()
    assert world.items("ShippingTable") == []
    client("secretsmanager").create_secret(Name="carrier", SecretString=SECRET)
    world.wake_hidden("ShippingQueue")
    world.drain()
    assert (world.status(order_id), len(carrier.parcels)) == ("shipped", 1)
