"""What every carrier promises, and what the answers of a carrier over HTTP mean beyond that."""

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
from tests.specified_carrier import SECRET, Befalls, SpecifiedCarrier
from tests.world import World

ORDER_ID = "2a6b6f0e-0000-4000-8000-000000000001"
ADDRESS = Address(name="Ada", line1="12 St James Square", city="London", postal_code="SW1Y 4JH", country="GB")
DISPATCH = Dispatch(ORDER_ID, ADDRESS, (Item(sku="tea", quantity=2, unit_price=1250),), datetime.now(UTC))
ELSEWHERE = replace(DISPATCH, address=ADDRESS.model_copy(update={"country": "AQ"}))
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


def test_a_parcel_leaves_once_however_often_it_is_dispatched(carrier: Carrier) -> None:
    assert tracking_number(carrier) == tracking_number(carrier)


def test_a_redelivery_days_later_finds_the_same_parcel(carrier: Carrier) -> None:
    assert tracking_number(carrier) == tracking_number(carrier, LATE)


def test_each_order_has_a_parcel_of_its_own(carrier: Carrier) -> None:
    assert tracking_number(carrier) != tracking_number(carrier, replace(DISPATCH, order_id="order-2"))


def test_a_parcel_that_cannot_be_served_is_refused_each_time_with_the_same_reason(carrier: Carrier) -> None:
    first, second = (carrier.dispatch(ELSEWHERE) for _ in range(2))
    assert isinstance(first, Unserviceable)
    assert first == second


def test_another_parcel_under_the_same_key_is_refused(carrier: Carrier) -> None:
    tracking_number(carrier)
    with pytest.raises(KeyReused):
        carrier.dispatch(replace(DISPATCH, items=()))


# ---------------------------------------------------------------- over HTTP


def keys(server: SpecifiedCarrier) -> list[str | None]:
    return [headers.get("idempotency-key") for _, _, headers, _ in server.requests]


def test_a_dispatch_is_signed_and_says_what_the_carrier_needs_and_no_more(server: SpecifiedCarrier) -> None:
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
    "befalls",
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
def test_a_dispatch_without_a_usable_answer_is_unanswered_and_finds_its_one_parcel_later(
    server: SpecifiedCarrier, befalls: Befalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.befalls = [befalls]
    monkeypatch.setattr(http_carrier, "BODY_SECONDS", 0.1)
    if befalls == "late":
        monkeypatch.setattr(http_carrier, "READ_SECONDS", 0.1)
    with pytest.raises(Unanswered):
        over(server).dispatch(DISPATCH)
    monkeypatch.undo()
    assert tracking_number(over(server)) == "HTTP1"
    assert keys(server) == [DISPATCH.idempotency_key] * 2
    assert len(server.parcels) == 1


def test_an_answer_that_comes_twice_is_not_the_next_orders_answer(server: SpecifiedCarrier) -> None:
    server.befalls = ["twice"] * 3
    carrier = over(server)
    orders = [replace(DISPATCH, order_id=f"order-{number}") for number in range(3)]
    assert [tracking_number(carrier, order) for order in orders] == ["HTTP1", "HTTP2", "HTTP3"]


@pytest.mark.parametrize("status", [301, 302, 307, 308, 401, 403, 404, 405, 410])
def test_a_wrong_secret_or_endpoint_is_for_an_operator(server: SpecifiedCarrier, status: int) -> None:
    """A redirect is not followed: the address of the customer goes to the endpoint that was named."""
    server.befalls = [(status, {"title": "Ada Lovelace"})]
    with pytest.raises(NotAdmitted, match=f"^carrier: HTTP {status}$"):
        over(server).dispatch(DISPATCH)
    assert len(server.requests) == 1


def test_a_request_that_was_signed_with_another_secret_is_not_admitted(server: SpecifiedCarrier) -> None:
    with pytest.raises(NotAdmitted, match="401"):
        connect(server.endpoint, "whsec_YW5vdGhlcg==").dispatch(DISPATCH)


@pytest.mark.parametrize("secret", ["", "whsec_", "no base64"])
def test_a_secret_that_is_no_key_is_for_an_operator(secret: str) -> None:
    with pytest.raises(NotAdmitted, match="secret of the dispatches"):
        connect("http://127.0.0.1:9", secret)


@pytest.mark.parametrize("status", [400, 413, 415])
def test_a_defect_of_ours_is_not_understood(server: SpecifiedCarrier, status: int) -> None:
    server.befalls = [(status, {"title": "Ada Lovelace"})]
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
def test_a_refusal_is_told_by_its_code_and_never_in_the_carriers_own_words(
    server: SpecifiedCarrier, body: Any, reason: str
) -> None:
    server.befalls = [(422, body)]
    assert over(server).dispatch(DISPATCH) == Unserviceable(reason)


def test_a_refusal_does_not_hide_the_parcel_of_an_earlier_attempt(server: SpecifiedCarrier) -> None:
    tracking_number(over(server))
    server.befalls = [(422, {"reason": "address_not_served"})]
    assert over(server).dispatch(DISPATCH) == Dispatched("HTTP1")


@pytest.mark.parametrize("befalls", [(503, {}), (200, {})], ids=str)
def test_a_refusal_counts_only_once_it_is_sure_that_no_parcel_left(
    server: SpecifiedCarrier, befalls: Befalls
) -> None:
    server.befalls = [(422, {"reason": "address_not_served"}), befalls]
    with pytest.raises(Unanswered):
        over(server).dispatch(DISPATCH)


def test_a_parcel_is_found_after_its_key_was_forgotten(server: SpecifiedCarrier) -> None:
    number = tracking_number(over(server))
    server.keys.clear()
    assert tracking_number(over(server), LATE) == number
    assert len(server.parcels) == 1


def test_a_dispatch_that_is_late_and_was_never_made_is_made(server: SpecifiedCarrier) -> None:
    assert tracking_number(over(server), LATE) == "HTTP1"
    assert [method for method, *_ in server.requests] == ["GET", "POST"]


def test_a_reference_cannot_lead_to_another_path(server: SpecifiedCarrier) -> None:
    over(server)._find(replace(DISPATCH, order_id="../x?y"))
    assert server.requests[0][1] == "/v1/dispatches/..%2Fx%3Fy"


@pytest.mark.parametrize("size", [ANSWER_LIMIT_BYTES, ANSWER_LIMIT_BYTES + 1])
def test_an_answer_has_a_limit_of_size(server: SpecifiedCarrier, size: int) -> None:
    body = json.dumps({"reference": ORDER_ID, "tracking_number": "1"}).encode().ljust(size)
    server.befalls = [(201, body)]
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


def test_an_order_waits_for_the_carrier_and_its_parcel_leaves_once(
    with_http: tuple[World, SpecifiedCarrier],
) -> None:
    world, carrier = with_http
    order_id = world.place()
    carrier.befalls = ["lost"]
    world.drain()
    assert (world.status(order_id), len(carrier.parcels)) == ("paid", 1)
    world.wake_hidden("ShippingQueue")
    world.drain()
    assert (world.status(order_id), len(carrier.parcels)) == ("shipped", 1)


def test_an_order_waits_while_the_carrier_does_not_accept_our_signature_and_an_alarm_is_told(
    with_http: tuple[World, SpecifiedCarrier], printed: Printed
) -> None:
    world, carrier = with_http
    order_id = world.place()
    carrier.befalls = [(401, {})]
    world.drain()
    refused = [line["MessagesRefused"] for line in printed() if "MessagesRefused" in line]
    assert (world.status(order_id), refused) == ("paid", [[1]])
    world.wake_hidden("ShippingQueue")
    world.drain()
    assert world.status(order_id) == "shipped"


def test_a_dispatch_that_was_not_understood_is_redriven_after_the_correction(
    with_http: tuple[World, SpecifiedCarrier],
) -> None:
    world, carrier = with_http
    order_id = world.place()
    carrier.befalls = [(400, {})]
    world.drain()
    (dead,) = world.messages("ShippingDeadLetters")
    assert dead["MessageAttributes"]["reason"]["StringValue"] == "NotUnderstood: carrier: HTTP 400"
    world.send("ShippingQueue", dead["Body"])
    world.drain()
    assert (world.status(order_id), len(carrier.parcels)) == ("shipped", 1)


def test_without_the_secret_an_order_waits_and_no_dispatch_is_begun(
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
