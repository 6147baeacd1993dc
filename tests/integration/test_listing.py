"""GET /orders on moto: a customer's orders, in pages."""

import base64
import json
from datetime import datetime
from typing import Any

import pytest

from choreography.table import to_attributes
from order import orders
from tests.world import World, fields, hooked


def cursor(*position: str) -> str:
    """A cursor in the format that a page returns."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


def test_a_customers_orders_come_in_pages_newest_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = []
    for minute in range(5):
        monkeypatch.setattr(orders, "datetime", at_minute(minute))
        placed.append(world.place())
    world.place(customer_id="bob")
    pages, path = [], "/orders?customer_id=ada&limit=2"
    for _ in range(3):
        page = world.get(path)
        pages.append([order["order_id"] for order in page["orders"]])
        path = f"/orders?customer_id=ada&limit=2&cursor={page.get('cursor')}"
    assert pages == [placed[4:2:-1], placed[2:0:-1], placed[:1]]
    assert "cursor" not in page


def at_minute(minute: int) -> Any:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Clock":
            return cls(2026, 1, 1, 12, minute, tzinfo=tz)

    return Clock


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Records the pauses between calls, in seconds, and does not wait."""
    pauses: list[float] = []
    monkeypatch.setattr("choreography.table.time.sleep", pauses.append)
    monkeypatch.setattr("random.random", lambda: 1.0)
    return pauses


def test_the_api_answers_503_if_dynamodb_keeps_returning_unprocessed_keys(
    world: World, paused: list[float]
) -> None:
    """Each pause is twice as long as the one before."""
    order_id = world.place()

    def leave_all(parsed: dict[str, Any], **_: Any) -> None:
        ((table, _found),) = parsed["Responses"].items()
        parsed["Responses"][table] = []
        parsed["UnprocessedKeys"] = {table: {"Keys": [to_attributes({"order_id": order_id})]}}

    with hooked("after-call", "BatchGetItem", leave_all):
        answer = world.request("GET", "/orders?customer_id=ada")
    assert (answer.status, dict(answer.headers)["retry-after"]) == (503, "1")
    assert paused == [0, 0.1, 0.2, 0.4, 0.8]


def test_a_page_contains_every_order_that_the_index_lists(world: World, paused: list[float]) -> None:
    """BatchGetItem may return unprocessed keys, which the API requests again."""
    placed = {world.place() for _ in range(3)}
    requested: list[int] = []

    def leave_all_but_one(parsed: dict[str, Any], **_: Any) -> None:
        ((table, found),) = parsed["Responses"].items()
        requested.append(len(found))
        left = [{"order_id": item["order_id"]} for item in found[1:]]
        parsed["Responses"][table] = found[:1]
        parsed["UnprocessedKeys"] = {table: {"Keys": left}} if left else {}

    with hooked("after-call", "BatchGetItem", leave_all_but_one):
        listed = world.get("/orders?customer_id=ada")["orders"]
    assert requested == [3, 2, 1]
    assert paused == [0, 0.1, 0.2]
    assert {order["order_id"] for order in listed} == placed


def test_a_customer_without_orders_has_an_empty_page(world: World) -> None:
    assert world.get("/orders?customer_id=unknown") == {"orders": []}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "customer_id"),
        ("?customer_id=ada&limit=0", "limit"),
        ("?customer_id=ada&limit=many", "limit"),
        ("?customer_id=ada&cursor=nonsense", "cursor"),
        ("?customer_id=ada&cursor=bnVsbA==", "cursor"),
        (f"?customer_id=ada&cursor={cursor('2026', 'o' * 2049)}", "cursor"),
        (f"?customer_id=ada&cursor={cursor('2' * 1025, 'order-1')}", "cursor"),
        (f"?customer_id={'a' * 129}", "customer_id"),
    ],
)
def test_the_error_names_an_invalid_query_parameter(world: World, query: str, field: str) -> None:
    answer = world.request("GET", f"/orders{query}")
    assert (answer.status, fields(answer)) == (400, {field})
