"""Sample requests to the HTTP API."""

import json
from collections.abc import Iterator
from typing import Any

from infra.local.model.credentials import ACCOUNT
from infra.samples.sample_order import KEY, ORDER, ORDER_ID, OTHER_KEY, START
from infra.shared.carrier_messages import message, signed

SECRET = "c2FtcGxlIHNlY3JldA=="  # checkov:skip=CKV_SECRET_6:only for the samples
"""Signs the sample webhooks. No deployed stack has this secret."""


def request(
    method: str, path: str, body: str | None = None, query: str = "", **headers: str
) -> dict[str, Any]:
    """A request in the HTTP API's payload format 2.0."""
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
    """The samples of OrderApi: name, payload, and the part of the answer that is the same at every run.

    The first one places the order that the others read, change or cancel.
    """
    order = json.dumps(ORDER)
    mine = {"order_id": ORDER_ID}
    path = f"/orders/{ORDER_ID}"
    key = {"idempotency-key": KEY}
    empty = json.dumps(ORDER | {"items": [], "currency": "XXX"})
    other = json.dumps(ORDER | {"currency": "CHF"})
    yield "place", request("POST", "/orders", order, **key), {"statusCode": 202, "body": mine}
    another = {"idempotency-key": OTHER_KEY}
    yield "place_other", request("POST", "/orders", order, **another), {"statusCode": 202}
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
    """The samples of ShippingWebhook: name, payload and answer.

    The webhook rejects both, because a signature is valid for five minutes. `choreo deliver` sends a valid
    one.
    """
    body = message(ORDER_ID, "SBX000000001", START)
    unsigned = request("POST", "/carrier/webhooks", body.decode())
    yield "unsigned", unsigned, {"statusCode": 401, "body": {"status": 401}}
    headers = signed(SECRET, ORDER_ID, body, int(START.timestamp()))
    replayed = request("POST", "/carrier/webhooks", body.decode(), **headers)
    yield "replayed", replayed, {"statusCode": 401, "body": {"status": 401}}
