"""Order's HTTP API on moto: what it accepts, and how it refuses."""

import json
from typing import Any

import pytest

from choreography import aws
from infra.local.http_api import Answer
from infra.local.in_process import environment
from order import api
from order.requests import TOTAL_LIMIT_MINOR
from tests.world import World, an_order


def problem(answer: Answer) -> Any:
    assert dict(answer.headers)["content-type"] == "application/problem+json"
    return json.loads(answer.body)


def fields(answer: Answer) -> set[str]:
    return {error["field"] for error in problem(answer)["errors"]}


def item(**changes: Any) -> dict[str, Any]:
    return {"sku": "tea", "quantity": 2, "unit_price": 1250} | changes


def test_a_good_order_is_accepted_with_its_address(world: World) -> None:
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
        ({"coupon": "free"}, "coupon"),
    ],
)
def test_a_bad_field_is_named(world: World, change: dict[str, Any], field: str) -> None:
    answer = world.post("/orders", an_order(**change))
    assert answer.status == 422
    assert field in fields(answer)
    assert world.items("OrderTable") == []


@pytest.mark.parametrize("body", [b"", b"{", b"not json"])
def test_what_is_not_json_is_a_bad_request(world: World, body: bytes) -> None:
    answer = world.post("/orders", body)
    assert answer.status == 400
    assert fields(answer) == {"body"}


def test_a_body_that_is_not_text_is_a_bad_request(world: World) -> None:
    assert fields(world.post("/orders", b"\xff\xfe{}")) == {"body"}


def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    answer = world.post("/orders", an_order(customer_id="a" * 70_000))
    assert (answer.status, fields(answer)) == (413, {"body"})


def test_another_content_type_is_refused(world: World) -> None:
    answer = world.post("/orders", an_order(), content_type="text/xml")
    assert (answer.status, fields(answer)) == (415, {"Content-Type"})


@pytest.mark.parametrize("path", ["/orders/none", "/orders/none/history"])
def test_an_unknown_order_is_not_found(world: World, path: str) -> None:
    answer = world.request("GET", path)
    assert (answer.status, problem(answer)["status"]) == (404, 404)


def test_an_unknown_order_cannot_be_cancelled(world: World) -> None:
    assert world.cancel("none") == 404


def test_a_repeated_request_with_a_key_gets_the_first_answer(world: World) -> None:
    first = world.post("/orders", an_order(), idempotency_key="k")
    world.drain()
    again = world.post("/orders", an_order(), idempotency_key="k")
    assert json.loads(again.body) == json.loads(first.body)
    assert len(world.items("OrderTable")) == 1


def test_a_key_used_for_another_body_is_refused(world: World) -> None:
    world.post("/orders", an_order(), idempotency_key="k")
    answer = world.post("/orders", an_order(currency="CHF"), idempotency_key="k")
    assert (answer.status, fields(answer)) == (422, {"Idempotency-Key"})


def test_a_key_is_one_customers_own(world: World) -> None:
    for customer in ("ada", "bob"):
        assert world.post("/orders", an_order(customer_id=customer), idempotency_key="k").status == 202
    assert len(world.items("OrderTable")) == 2


def test_a_lost_idempotency_record_makes_no_second_order(world: World) -> None:
    first = world.post("/orders", an_order(), idempotency_key="k")
    forget_answers(world)
    again = world.post("/orders", an_order(), idempotency_key="k")
    assert json.loads(again.body)["order_id"] == json.loads(first.body)["order_id"]
    assert len(world.items("OrderTable")) == 1


def test_even_with_its_record_lost_a_key_is_not_used_for_another_body(world: World) -> None:
    world.post("/orders", an_order(), idempotency_key="k")
    forget_answers(world)
    answer = world.post("/orders", an_order(currency="CHF"), idempotency_key="k")
    assert (answer.status, fields(answer)) == (422, {"Idempotency-Key"})


def forget_answers(world: World) -> None:
    table = world.stack.tables["IdempotencyTable"]
    with environment({}):
        for record in world.items("IdempotencyTable"):
            aws.dynamodb().delete_item(TableName=table, Key={"id": {"S": record["id"]}})


def test_a_key_in_progress_is_a_conflict(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Answer | None] = []
    place = api._place

    def place_while_another_asks(*arguments: Any) -> dict[str, Any]:
        if not answers:
            answers.append(None)
            answers.append(world.post("/orders", an_order(), idempotency_key="k"))
        return place(*arguments)

    monkeypatch.setattr(api, "_place", place_while_another_asks)
    world.post("/orders", an_order(), idempotency_key="k")
    assert answers[1] is not None
    assert answers[1].status == 409
    assert dict(answers[1].headers)["retry-after"] == "1"


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_cannot_be_used_is_refused(world: World, key: str) -> None:
    answer = world.post("/orders", an_order(), idempotency_key=key)
    assert (answer.status, fields(answer)) == (400, {"Idempotency-Key"})


def test_a_customers_orders_come_in_pages_newest_first(world: World) -> None:
    placed = [world.place() for _ in range(5)]
    world.place(customer_id="bob")
    seen, path = [], "/orders?customer_id=ada&limit=2"
    for _ in range(3):
        page = world.get(path)
        seen += [order["order_id"] for order in page["orders"]]
        path = f"/orders?customer_id=ada&limit=2&cursor={page.get('cursor', '')}"
    assert sorted(seen) == sorted(placed)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "customer_id"),
        ("?customer_id=ada&limit=0", "limit"),
        ("?customer_id=ada&limit=many", "limit"),
        ("?customer_id=ada&cursor=nonsense", "cursor"),
        ("?customer_id=ada&cursor=bnVsbA==", "cursor"),
    ],
)
def test_a_bad_query_is_named(world: World, query: str, field: str) -> None:
    answer = world.request("GET", f"/orders{query}")
    assert (answer.status, fields(answer)) == (400, {field})


def test_cancelling_twice_asks_once(world: World) -> None:
    order_id = world.place()
    assert (world.cancel(order_id), world.cancel(order_id)) == (202, 202)
    assert world.history(order_id) == ["order.placed", "order.cancellation_requested"]


@pytest.mark.parametrize(("method", "ends"), [("pm_card_visa", "shipped"), ("pm_other", "rejected")])
def test_what_is_over_cannot_be_cancelled(world: World, method: str, ends: str) -> None:
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
    assert answer.status == 503
    assert "no table" not in answer.body.decode()
