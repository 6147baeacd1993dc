"""POST /orders with an Idempotency-Key on moto: one order a key, whatever was lost or crashed."""

import json
import time
from typing import Any

import pytest

from choreography.table import to_attributes
from infra.local.aws.clients import client
from infra.local.model.messages import Answer
from order import api
from tests.world import World, an_order, crash, fields


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
    for record in world.items("IdempotencyTable"):
        key = {"id": {"S": record["id"]}}
        client("dynamodb").delete_item(TableName=world.stack.tables["IdempotencyTable"], Key=key)


@pytest.mark.parametrize(("moment", "number"), [("after", 1), ("before", 2), ("after", 2)])
def test_a_crash_under_a_key_makes_one_order_once_its_lock_has_ended(
    world: World, moment: str, number: int
) -> None:
    """The first put is the lock, the second the order; only the answer's record is missing then."""
    with crash(moment, "PutItem", number):
        world.post("/orders", an_order(), idempotency_key="k")
    assert world.post("/orders", an_order(), idempotency_key="k").status == 409
    end_locks(world)
    assert world.post("/orders", an_order(), idempotency_key="k").status == 202
    assert len(world.items("OrderTable")) == 1


def test_the_lock_of_a_crashed_request_ends_with_its_function(world: World) -> None:
    with crash("after", "PutItem"):
        world.post("/orders", an_order(), idempotency_key="k")
    (lock,) = world.items("IdempotencyTable")
    longest = time.time() + world.stack.functions["OrderApi"].timeout_seconds
    assert lock["in_progress_expiration"] / 1000 <= longest


def end_locks(world: World) -> None:
    for record in world.items("IdempotencyTable"):
        ended = to_attributes(record | {"in_progress_expiration": 1})
        client("dynamodb").put_item(TableName=world.stack.tables["IdempotencyTable"], Item=ended)


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
