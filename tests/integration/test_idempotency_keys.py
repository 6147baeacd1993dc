"""POST /orders with an Idempotency-Key on moto: one order for each key, after any crash or lost answer."""

import json
import time
from typing import Any

import pytest

from choreography.table import to_attributes
from infra.local.aws.clients import client
from infra.local.model.messages import Response
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


def test_two_customers_can_use_the_same_key(world: World) -> None:
    for customer in ("ada", "bob"):
        assert world.post("/orders", an_order(customer_id=customer), idempotency_key="k").status == 202
    assert len(world.items("OrderTable")) == 2


def test_without_the_idempotency_record_a_repeated_request_creates_no_second_order(world: World) -> None:
    first = world.post("/orders", an_order(), idempotency_key="k")
    delete_idempotency_records(world)
    again = world.post("/orders", an_order(), idempotency_key="k")
    assert json.loads(again.body)["order_id"] == json.loads(first.body)["order_id"]
    assert len(world.items("OrderTable")) == 1


def test_without_the_idempotency_record_a_key_used_for_another_body_is_refused(world: World) -> None:
    world.post("/orders", an_order(), idempotency_key="k")
    delete_idempotency_records(world)
    answer = world.post("/orders", an_order(currency="CHF"), idempotency_key="k")
    assert (answer.status, fields(answer)) == (422, {"Idempotency-Key"})


def delete_idempotency_records(world: World) -> None:
    for record in world.items("IdempotencyTable"):
        key = {"id": {"S": record["id"]}}
        client("dynamodb").delete_item(TableName=world.stack.tables["IdempotencyTable"], Key=key)


@pytest.mark.parametrize(("moment", "number"), [("after", 1), ("before", 2), ("after", 2)])
def test_a_retry_after_a_crash_creates_one_order_when_the_lock_has_expired(
    world: World, moment: str, number: int
) -> None:
    """The first PutItem writes the lock, the second the order.

    If the crash is after the second, only the stored answer is missing.
    """
    with crash(moment, "PutItem", number):
        world.post("/orders", an_order(), idempotency_key="k")
    assert world.post("/orders", an_order(), idempotency_key="k").status == 409
    expire_locks(world)
    assert world.post("/orders", an_order(), idempotency_key="k").status == 202
    assert len(world.items("OrderTable")) == 1


def test_the_lock_of_a_crashed_request_expires_with_the_functions_timeout(world: World) -> None:
    with crash("after", "PutItem"):
        world.post("/orders", an_order(), idempotency_key="k")
    (lock,) = world.items("IdempotencyTable")
    longest = time.time() + world.stack.functions["OrderApi"].timeout_seconds
    assert lock["in_progress_expiration"] / 1000 <= longest


def expire_locks(world: World) -> None:
    for record in world.items("IdempotencyTable"):
        ended = to_attributes(record | {"in_progress_expiration": 1})
        client("dynamodb").put_item(TableName=world.stack.tables["IdempotencyTable"], Item=ended)


def test_a_key_in_progress_is_a_conflict(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Response | None] = []
    place = api._place

    def place_during_another_request(*arguments: Any) -> dict[str, Any]:
        if not answers:
            answers.append(None)
            answers.append(world.post("/orders", an_order(), idempotency_key="k"))
        return place(*arguments)

    monkeypatch.setattr(api, "_place", place_during_another_request)
    world.post("/orders", an_order(), idempotency_key="k")
    assert answers[1] is not None
    assert answers[1].status == 409
    assert dict(answers[1].headers)["retry-after"] == "1"


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_of_an_invalid_length_is_refused(world: World, key: str) -> None:
    answer = world.post("/orders", an_order(), idempotency_key=key)
    assert (answer.status, fields(answer)) == (400, {"Idempotency-Key"})
