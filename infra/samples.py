"""Writes events/: payloads as AWS sends them, made by the services' own code, the same at every run."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from choreography.outbox import Origin, derived_id, events
from choreography.table import Outgoing, Record, to_attributes, to_item
from contracts.envelope import Event, Payload
from contracts.orders import OrderCancellationRequested, OrderPlaced
from contracts.payments import PaymentCaptured, PaymentDeclined, PaymentRefunded, PaymentVoided
from contracts.shipments import ShipmentCancelled, ShipmentDelivered, ShipmentDispatched, ShipmentFailed
from contracts.values import Address, Item
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import ROOT
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.shell import remove_aws_settings
from infra.shared.carrier_messages import message, signed
from order.state import Order
from payment.state import Payment
from shipping.state import Shipment

ENDPOINT = "http://host.docker.internal:3000"
"""The local backend, as a container sees it."""
STACK = "order-choreography"
KEY = "sample-1"
ORDER_ID = derived_id(json.dumps(["ada", KEY]), "order")
"""The order that order/api/place.json makes."""
START = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
SECRET = "c2FtcGxlIHNlY3JldA=="  # checkov:skip=CKV_SECRET_6:the samples' own
"""It signs the samples' webhooks, and guards nothing."""
ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "12 St James Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}
ORDER = {
    "customer_id": "ada",
    "items": [{"sku": "tea", "quantity": 2, "unit_price": 1250}],
    "currency": "EUR",
    "payment_method": "pm_card_visa",
    "shipping_address": ADDRESS,
}
MONEY = {"amount_minor": 2500, "currency": "EUR"}
PLACED = OrderPlaced(
    customer_id="ada",
    items=(Item(sku="tea", quantity=2, unit_price=1250),),
    payment_method="pm_card_visa",
    shipping_address=Address(**ADDRESS),
    expires_at=START + timedelta(hours=1),
    **MONEY,
)
CAPTURED = PaymentCaptured(payment_id="pi_sample", **MONEY)
DISPATCHED = ShipmentDispatched(tracking_number="SBX000000001")
EMITTED: dict[str, tuple[Payload, ...]] = {
    "order": (PLACED, OrderCancellationRequested()),
    "payment": (
        CAPTURED,
        PaymentDeclined(reason="card_declined"),
        PaymentRefunded(payment_id="pi_sample", refund_id="re_sample", **MONEY),
        PaymentVoided(),
    ),
    "shipping": (
        DISPATCHED,
        ShipmentDelivered(tracking_number="SBX000000001", delivered_at=START),
        ShipmentFailed(reason="no service to AQ"),
        ShipmentCancelled(),
    ),
}
STATES = {"order": Order(), "payment": Payment(), "shipping": Shipment()}
ARRIVING: dict[str, tuple[tuple[str, Payload], tuple[str, Payload]]] = {
    "order": (("payment", CAPTURED), ("shipping", DISPATCHED)),
    "payment": (("order", PLACED), ("shipping", ShipmentCancelled())),
    "shipping": (("order", PLACED), ("payment", CAPTURED)),
}
"""For each consumer, two events about one order, in causal order."""


def event(source: str, payload: Payload, order_id: str = ORDER_ID) -> Event[Any]:
    cause = None if payload.type == "order.placed" else derived_id(order_id, "order.placed")
    origin = Origin(f"/services/{source}", order_id, "sample-request", cause)
    return events((payload,), origin, START)[0]


def queue_batch(service: str, bodies: list[str]) -> dict[str, Any]:
    return {"Records": [queue_record(service, body, number) for number, body in enumerate(bodies)]}


def queue_record(service: str, body: str, number: int) -> dict[str, Any]:
    try:
        kind = json.loads(body)["type"]
    except (ValueError, KeyError):
        kind = "order.placed"
    sent = str(int((START + timedelta(seconds=number)).timestamp() * 1000))
    return {
        "messageId": derived_id(service, f"message-{number}"),
        "receiptHandle": f"AQEBsample{number:04}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": sent,
            "SenderId": "AIDAIT2UOQQY3AUEKVGXU",
            "ApproximateFirstReceiveTimestamp": sent,
        },
        "messageAttributes": {
            "type": {
                "stringValue": kind,
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "String",
            }
        },
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-{service.capitalize()}Queue",
        "awsRegion": REGION,
    }


def batches(service: str) -> Iterator[tuple[str, Any]]:
    first, second = [event(source, payload).to_json() for source, payload in ARRIVING[service]]
    source, payload = ARRIVING[service][0]
    others = [event(source, payload, derived_id(str(number), "order")).to_json() for number in range(10)]
    yield "one", queue_batch(service, [first])
    yield "duplicate", queue_batch(service, [first, first])
    yield "out_of_order", queue_batch(service, [second, first])
    yield "poison", queue_batch(service, [others[0], '{"specversion": "1.0", "type": ', others[1]])
    yield "ten", queue_batch(service, others)


def stream_batch(service: str, count: int) -> dict[str, Any]:
    return {"Records": [stream_record(service, number) for number in range(count)]}


def stream_record(service: str, number: int) -> dict[str, Any]:
    payloads = EMITTED[service]
    order_id = ORDER_ID if number == 0 else derived_id(str(number), "order")
    made = event(service, payloads[number % len(payloads)], order_id)
    record = Record(order_id, STATES[service], 1, {}, (Outgoing(1, made.to_json()),))
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STACK}-{service.capitalize()}Table"
    return {
        "eventID": hashlib.md5(made.id.encode(), usedforsecurity=False).hexdigest(),
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": START.timestamp() + number,
            "Keys": {"order_id": {"S": order_id}},
            "NewImage": to_attributes(to_item(record, emits=True)),
            "SequenceNumber": str(100000000005391461882 + number),
            "SizeBytes": len(made.to_json()) + 100,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": f"{table}/stream/2026-01-15T09:00:00.000",
    }


def request(
    method: str, path: str, body: str | None = None, query: str = "", **headers: str
) -> dict[str, Any]:
    """An HTTP API request in payload format 2.0."""
    template = "/".join("{order_id}" if part in (ORDER_ID, "unknown") else part for part in path.split("/"))
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {template}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": "application/json", "host": "api.example.com", **headers},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "sample",
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "curl/8.5.0",
            },
            "requestId": "sample-request",
            "routeKey": f"{method} {template}",
            "stage": "$default",
            "time": START.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(START.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if body is not None:
        made["body"] = body
    if query:
        made["queryStringParameters"] = dict([query.split("=")])
    if template != path:
        made["pathParameters"] = {"order_id": path.split("/")[2]}
    return made


def requests() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Name, payload, and what stays the same in every answer to it; in an order that makes sense."""
    order = json.dumps(ORDER)
    mine = {"order_id": ORDER_ID}
    path = f"/orders/{ORDER_ID}"
    key = {"idempotency-key": KEY}
    empty = json.dumps(ORDER | {"items": [], "currency": "XXX"})
    other = json.dumps(ORDER | {"currency": "CHF"})
    yield "place", request("POST", "/orders", order, **key), {"statusCode": 202, "body": mine}
    yield "place_retry", request("POST", "/orders", order, **key), {"statusCode": 202, "body": mine}
    yield "place_key_reused", request("POST", "/orders", other, **key), {"statusCode": 422}
    yield "place_invalid", request("POST", "/orders", empty), {"statusCode": 422, "body": {"status": 422}}
    yield (
        "place_malformed",
        request("POST", "/orders", order[:-1]),
        {"statusCode": 400, "body": {"status": 400}},
    )
    yield "get", request("GET", path), {"statusCode": 200, "body": mine | {"status": "placed"}}
    yield "get_unknown", request("GET", "/orders/unknown"), {"statusCode": 404, "body": {"status": 404}}
    yield "history", request("GET", f"{path}/history"), {"statusCode": 200, "body": mine}
    yield "list", request("GET", "/orders", query="customer_id=ada"), {"statusCode": 200}
    yield (
        "cancel",
        request("POST", f"{path}/cancellation"),
        {"statusCode": 202, "body": {"status": "cancelling"}},
    )


def webhooks() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Refused both: a signed message is good for minutes, and `choreo deliver` makes one."""
    body = message(ORDER_ID, "SBX000000001", START)
    unsigned = request("POST", "/carrier/webhooks", body.decode())
    yield "unsigned", unsigned, {"statusCode": 401, "body": {"status": 401}}
    headers = signed(SECRET, ORDER_ID, body, int(START.timestamp()))
    replayed = request("POST", "/carrier/webhooks", body.decode(), **headers)
    yield "replayed", replayed, {"statusCode": 401, "body": {"status": 401}}


def environments() -> dict[str, dict[str, str]]:
    """The functions' variables for `sam local invoke --env-vars`, naming what the local run makes."""

    from infra.local.in_process import InProcess

    with patched_moto():
        functions = InProcess().stack.functions
    there = {"AWS_ENDPOINT_URL": ENDPOINT}
    return {name: dict(function.environment) | there for name, function in functions.items()}


def samples() -> dict[str, Any]:
    """Every file of events/, by path."""
    files: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    for name, payload, answer in requests():
        files[f"order/api/{name}.json"] = payload
        answers[f"order/api/{name}.json"] = answer
    for name, payload, answer in webhooks():
        files[f"shipping/webhook/{name}.json"] = payload
        answers[f"shipping/webhook/{name}.json"] = answer
    files["order/expiry/one.json"] = queue_batch("order", [event("order", PLACED).to_json()])
    answers["order/expiry/one.json"] = {"batchItemFailures": []}
    for service in EMITTED:
        relays = [("one", stream_batch(service, 1)), ("ten", stream_batch(service, 10))]
        for part, payloads in (("consumer", batches(service)), ("relay", iter(relays))):
            for name, payload in payloads:
                files[f"{service}/{part}/{name}.json"] = payload
                answers[f"{service}/{part}/{name}.json"] = {"batchItemFailures": []}
    return files | {"answers.json": answers, "env.json": environments()}


def function_of(path: str) -> str:
    """The function that a sample is for, such as OrderApi for order/api/place.json."""
    service, part, _ = path.split("/")
    return service.capitalize() + part.capitalize()


def text(payload: Any) -> str:
    return json.dumps(payload, indent=2) + "\n"


def main() -> None:
    remove_aws_settings()
    for path, payload in samples().items():
        file: Path = ROOT / "events" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(payload))


if __name__ == "__main__":
    main()
