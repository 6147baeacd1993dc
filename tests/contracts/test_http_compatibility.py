"""`make contracts` rejects a change of the HTTP API that breaks callers, and accepts all others."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.contracts.baseline import FOLDER, check
from infra.contracts.compatibility import Incompatible
from infra.contracts.http_compatibility import http_breaks

Document = dict[str, Any]
Change = Callable[[Document], object]
PUBLISHED: Document = json.loads((FOLDER / "openapi.json").read_text())


def changed(change: Change) -> Document:
    copied = copy.deepcopy(PUBLISHED)
    change(copied)
    return copied


def field(document: Document, model: str, name: str) -> Document:
    found: Document = document["components"]["schemas"][model]["properties"][name]
    return found


def model(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def operation(document: Document, method: str, path: str) -> Document:
    found: Document = document["paths"][path][method]
    return found


GIFT = {"type": "boolean"}
BREAKS: dict[str, tuple[Change, str]] = {
    "a route is removed": (lambda d: d["paths"]["/orders"].pop("get"), "GET /orders: removed"),
    "a field of a request is removed": (
        lambda d: model(d, "PlaceOrder")["properties"].pop("payment_method"),
        "POST /orders body.payment_method: removed",
    ),
    "a field of a request is required": (
        lambda d: (
            model(d, "PlaceOrder")["properties"].update(gift=GIFT),
            model(d, "PlaceOrder")["required"].append("gift"),
        ),
        "POST /orders body.gift: made required",
    ),
    "a field of a request is limited more": (
        lambda d: field(d, "RequestedItem", "sku").update(maxLength=10),
        "POST /orders body.items[].sku: maxLength narrowed from 64 to 10",
    ),
    "a value is no longer accepted": (
        lambda d: field(d, "PlaceOrder", "currency")["enum"].remove("EUR"),
        "POST /orders body.currency: value EUR removed",
    ),
    "a type in a request is changed": (
        lambda d: field(d, "RequestedItem", "quantity").update(type="string"),
        "POST /orders body.items[].quantity: type changed, integer no longer accepted",
    ),
    "a parameter is removed": (
        lambda d: operation(d, "get", "/orders")["parameters"].remove(
            {"$ref": "#/components/parameters/Cursor"}
        ),
        "GET /orders cursor: removed",
    ),
    "a parameter is required": (
        lambda d: d["components"]["parameters"]["IdempotencyKey"].update(required=True),
        "POST /orders Idempotency-Key: made required",
    ),
    "a parameter is limited more": (
        lambda d: d["components"]["parameters"]["Limit"]["schema"].update(maximum=20),
        "GET /orders limit: maximum narrowed from 50 to 20",
    ),
    "a field of an answer is removed": (
        lambda d: model(d, "OrderHistory")["properties"].pop("events"),
        "GET /orders/{order_id}/history 200.application/json.events: removed",
    ),
    "a field of an answer may be left out": (
        lambda d: model(d, "OrderHistory")["required"].remove("order_id"),
        "GET /orders/{order_id}/history 200.application/json.order_id: no longer required",
    ),
    "a type in an answer is changed": (
        lambda d: field(d, "OrderHistory", "order_id").update(type="integer"),
        "GET /orders/{order_id}/history 200.application/json.order_id: type changed, may be integer",
    ),
    "an answer may be null": (
        lambda d: model(d, "OrderHistory")["properties"].update(
            order_id={"anyOf": [{"type": "string"}, {"type": "null"}]}
        ),
        "GET /orders/{order_id}/history 200.application/json.order_id: type changed, may be null",
    ),
    "a status is answered with another content type": (
        lambda d: operation(d, "get", "/orders")["responses"]["200"].update(content={}),
        "GET /orders 200.application/json: removed",
    ),
    "success has another status": (
        lambda d: operation(d, "get", "/orders")["responses"].update(
            {"206": operation(d, "get", "/orders")["responses"].pop("200")}
        ),
        "GET /orders 200: removed",
    ),
    "a header of an answer is removed": (
        lambda d: operation(d, "post", "/orders")["responses"]["202"]["headers"].pop("Location"),
        "POST /orders 202.Location: removed",
    ),
}
HARMLESS: dict[str, Change] = {
    "nothing": lambda d: None,
    "a route is added": lambda d: d["paths"].update({"/v2/orders": d["paths"]["/orders"]}),
    "a field may be sent": lambda d: model(d, "PlaceOrder")["properties"].update(gift=GIFT),
    "a field of a request may be left out": lambda d: model(d, "PlaceOrder")["required"].remove("currency"),
    "a field of a request is limited less": lambda d: field(d, "RequestedItem", "sku").update(maxLength=99),
    "another value is accepted": lambda d: field(d, "PlaceOrder", "currency")["enum"].append("XTS"),
    "an answer has another field": lambda d: model(d, "OrderSummary")["properties"].update(gift=GIFT),
    "a status is never answered": lambda d: field(d, "OrderSummary", "status")["enum"].remove("paid"),
    "a refusal is no longer made": lambda d: operation(d, "post", "/orders")["responses"].pop("403"),
    "a description is changed": lambda d: operation(d, "post", "/orders").update(summary="Orders"),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_the_error_for_a_breaking_change_names_route_and_field(kind: str) -> None:
    change, message = BREAKS[kind]
    (found,) = http_breaks(PUBLISHED, changed(change))
    assert found == message


@pytest.mark.parametrize("kind", HARMLESS)
def test_a_harmless_change_passes(kind: str) -> None:
    assert http_breaks(PUBLISHED, changed(HARMLESS[kind])) == []


def test_a_new_status_of_orders_is_a_breaking_change() -> None:
    found = http_breaks(
        PUBLISHED, changed(lambda d: field(d, "OrderSummary", "status")["enum"].append("lost"))
    )
    assert (
        "GET /orders/{order_id} 200.application/json.status: value lost added, which today's readers reject"
        in found
    )


def test_an_api_that_breaks_the_published_one_does_not_replace_it(tmp_path: Path) -> None:
    promised = changed(lambda d: model(d, "OrderHistory")["properties"].update(gift=GIFT))
    (tmp_path / "openapi.json").write_text(json.dumps(promised))
    with pytest.raises(Incompatible) as refused:
        check(tmp_path)
    assert str(refused.value) == (
        "GET /orders/{order_id}/history 200.application/json.gift: removed. This breaks callers of the "
        "HTTP API. Add a new major version instead: other routes, such as /v2/orders, beside these until "
        "every caller uses them."
    )
