"""Order's HTTP API on moto: the requests that it accepts, and its error answers."""

import json
from typing import Any

import pytest

from order import api
from order.requests import TOTAL_LIMIT_MINOR, PlaceOrder, RequestedAddress, RequestedItem
from tests.world import World, an_order, fields, problem

ADDRESS = an_order()["shipping_address"]


def item(**changes: Any) -> dict[str, Any]:
    return {"sku": "tea", "quantity": 2, "unit_price": 1250} | changes


def test_a_valid_order_is_accepted_with_its_address(world: World) -> None:
    answer = world.post("/orders", an_order())
    made = json.loads(answer.body)
    assert (answer.status, made["status"], made["total"]) == (202, "placed", 2500)
    assert dict(answer.headers)["location"] == f"/orders/{made['order_id']}"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer_id": ""}, "customer_id"),
        ({"customer_id": 7}, "customer_id"),
        ({"items": []}, "items"),
        ({"items": [item(quantity=0)]}, "items.0.quantity"),
        ({"items": [item(quantity="2")]}, "items.0.quantity"),
        ({"items": [item(quantity=True)]}, "items.0.quantity"),
        ({"items": [item(), item(unit_price=-1)]}, "items.1.unit_price"),
        ({"items": [item(unit_price=12.5)]}, "items.0.unit_price"),
        ({"items": [item(quantity=10, unit_price=TOTAL_LIMIT_MINOR)]}, "body"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": "eur"}, "currency"),
        ({"shipping_address": {"country": "ZZ"}}, "shipping_address.country"),
        ({"payment_method": None}, "payment_method"),
        ({"payment_method": "4242424242424242"}, "payment_method"),
        ({"payment_method": "4242 4242-4242 4242"}, "payment_method"),
        ({"payment_method": "pm_\ufffe"}, "payment_method"),
        ({"coupon": "free"}, "coupon"),
    ],
)
def test_the_error_names_an_invalid_field(world: World, change: dict[str, Any], field: str) -> None:
    answer = world.post("/orders", an_order(**change))
    assert answer.status == 422
    assert field in fields(answer)
    assert world.items("OrderTable") == []


TEXTS = {
    "customer_id",
    "payment_method",
    "items.0.sku",
    *(f"shipping_address.{name}" for name in ("name", "line1", "city", "postal_code")),
}
"""Every field of an order that accepts text."""


def with_text(field: str, text: str) -> dict[str, Any]:
    """An order with this text in a field."""
    group, _, name = field.rpartition(".")
    if group == "shipping_address":
        return an_order(shipping_address=ADDRESS | {name: text})
    return an_order(items=[item(sku=text)]) if group else an_order(**{name: text})


@pytest.mark.parametrize("character", ["\0", "\t", "\n", "\x1f", "\x7f", "\x85", "\ufffe", "\uffff"])
@pytest.mark.parametrize("field", sorted(TEXTS))
def test_a_text_with_a_character_that_sqs_refuses_is_refused(
    world: World, field: str, character: str
) -> None:
    answer = world.post("/orders", with_text(field, f"tea{character}"))
    assert (answer.status, fields(answer)) == (422, {field})


def test_every_text_of_an_order_is_checked_for_its_characters() -> None:
    texts = {
        name
        for model in (PlaceOrder, RequestedItem, RequestedAddress)
        for name, schema in model.model_json_schema()["properties"].items()
        if schema.get("type") == "string" and "enum" not in schema
    }
    assert texts == {field.rpartition(".")[2] for field in TEXTS}


def test_a_whole_number_may_have_any_notation(world: World) -> None:
    answer = world.post("/orders", an_order(items=[item(quantity=2.0, unit_price=1.25e3)]))
    assert (answer.status, json.loads(answer.body)["total"]) == (202, 2500)


@pytest.mark.parametrize("body", [b"", b"{", b"not json"])
def test_a_body_that_is_not_json_is_a_bad_request(world: World, body: bytes) -> None:
    answer = world.post("/orders", body)
    assert answer.status == 400
    assert fields(answer) == {"body"}


def test_a_body_that_is_not_text_is_a_bad_request(world: World) -> None:
    assert fields(world.post("/orders", b"\xff\xfe{}")) == {"body"}


@pytest.mark.parametrize("body", [b"[]", b"null", b'"tea"', b"7"])
def test_json_that_is_not_an_order_is_refused(world: World, body: bytes) -> None:
    answer = world.post("/orders", body)
    assert (answer.status, fields(answer)) == (422, {"body"})


def test_the_error_names_every_invalid_field(world: World) -> None:
    answer = world.post("/orders", {"items": [item(quantity=0)], "currency": "euro"})
    missing = {"customer_id", "payment_method", "shipping_address"}
    assert fields(answer) == missing | {"items.0.quantity", "currency"}


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 422), (64 * 1024 + 1, 413)])
def test_a_body_that_is_too_large_is_refused(world: World, size: int, status: int) -> None:
    """Up to the limit, the API checks the fields of a body. Above it, the API does not read the body."""
    empty = len(json.dumps(an_order(customer_id="")))
    answer = world.post("/orders", an_order(customer_id="a" * (size - empty)))
    assert (answer.status, fields(answer)) == (status, {"customer_id" if status == 422 else "body"})


def test_a_body_is_measured_in_bytes(world: World) -> None:
    raw = json.dumps(an_order(customer_id="ä" * 33_000), ensure_ascii=False).encode()
    assert world.post("/orders", raw).status == 413


@pytest.mark.parametrize(("total", "status"), [(TOTAL_LIMIT_MINOR, 202), (TOTAL_LIMIT_MINOR + 1, 422)])
def test_a_total_is_accepted_up_to_the_limit(world: World, total: int, status: int) -> None:
    lines = [item(quantity=1, unit_price=total - 1), item(quantity=1, unit_price=1)]
    assert world.post("/orders", an_order(items=lines)).status == status


def test_another_content_type_is_refused(world: World) -> None:
    answer = world.post("/orders", an_order(), content_type="text/xml")
    assert (answer.status, fields(answer)) == (415, {"Content-Type"})


@pytest.mark.parametrize("order_id", ["none", "n" * 129, "n" * 2049, "%C3%A4" * 1025])
@pytest.mark.parametrize("path", ["/orders/{}", "/orders/{}/history"])
def test_an_unknown_order_is_not_found(world: World, path: str, order_id: str) -> None:
    answer = world.request("GET", path.format(order_id))
    assert (answer.status, problem(answer)["status"]) == (404, 404)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("DELETE", "/orders"), ("GET", "/carrier/webhooks")]
)
def test_a_path_or_method_without_a_route_is_answered_with_a_problem_document(
    world: World, method: str, path: str
) -> None:
    answer = world.request(method, path)
    assert (answer.status, problem(answer)["detail"]) == (404, f"the API has no {method} {path}")


@pytest.mark.parametrize("order_id", ["none", "n" * 2049])
def test_an_unknown_order_cannot_be_cancelled(world: World, order_id: str) -> None:
    assert world.cancel(order_id) == 404


def test_a_repeated_cancellation_emits_one_event(world: World) -> None:
    order_id = world.place()
    assert (world.cancel(order_id), world.cancel(order_id)) == (202, 202)
    assert world.history(order_id) == ["order.placed", "order.cancellation_requested"]


@pytest.mark.parametrize(("method", "ends"), [("pm_card_visa", "shipped"), ("pm_other", "rejected")])
def test_an_ended_order_cannot_be_cancelled(world: World, method: str, ends: str) -> None:
    order_id = world.place(payment_method=method)
    world.drain()
    answer = world.post(f"/orders/{order_id}/cancellation")
    assert answer.status == 409
    assert ends in problem(answer)["detail"]


def test_an_outage_is_a_problem_document_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise ConnectionError("no table today")

    monkeypatch.setattr(api, "orders", broken)
    answer = world.request("GET", "/orders/any")
    assert (answer.status, problem(answer)["title"]) == (503, "Service Unavailable")
    assert "no table" not in answer.body.decode()
    assert "Traceback" not in answer.body.decode()
