"""The comparison of two DynamoDB engines finds all relevant differences, and no others."""

from collections.abc import Mapping
from typing import Any

import pytest

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from tests.engines.dynalite.answers import normal
from tests.engines.dynalite.repeated import Calls, repeated

FAILURE = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
ITEM = {"id": {"S": "a"}}


class Second:
    """An engine that gives the same answer to each call."""

    def __init__(self, status: int, answer: Any) -> None:
        self._answer, self.tables = (status, answer), set[str]()

    def call(self, operation: str, request: Mapping[str, Any]) -> tuple[int, Any]:
        return self._answer

    def create(self, table: Mapping[str, Any]) -> None:
        self.tables.add(table["TableName"])

    def delete(self, name: str) -> None:
        self.tables.remove(name)


def read_an_item(second: Second) -> Calls:
    """Puts an item on moto alone, reads it on both, and returns the calls."""
    with patched_moto(), environment({}):
        client("dynamodb").create_table(
            TableName="table",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client("dynamodb").put_item(TableName="table", Item=ITEM)
        with repeated(second) as calls:
            client("dynamodb").get_item(TableName="table", Key=ITEM)
            assert second.tables == {"table"}
    return calls


def test_equal_answers_agree_and_each_test_has_its_own_tables() -> None:
    second = Second(200, {"Item": ITEM})
    calls = read_an_item(second)
    assert (calls.compared, calls.differing, second.tables) == (1, [], set())


@pytest.mark.parametrize(
    ("status", "answer"), [(200, {}), (400, {"__type": FAILURE, "message": "The conditional request failed"})]
)
def test_a_different_answer_is_reported_with_its_call(status: int, answer: Any) -> None:
    (difference,) = read_an_item(Second(status, answer)).differing
    assert difference.startswith("GetItem")
    assert str(ITEM) in difference


@pytest.mark.parametrize(
    ("operation", "one", "other"),
    [
        ("GetItem", {"Item": {"n": {"N": "1"}}}, {"Item": {"n": {"N": "1.0"}}}),
        ("GetItem", {"Item": {"s": {"SS": ["a", "b"]}}}, {"Item": {"s": {"SS": ["b", "a"]}}}),
        ("GetItem", {"ConsumedCapacity": {"CapacityUnits": 1}}, {}),
        ("Scan", {"Items": [ITEM, {}]}, {"Items": [{}, ITEM]}),
    ],
)
def test_equivalent_answers_agree(operation: str, one: Any, other: Any) -> None:
    assert normal(operation, 200, one) == normal(operation, 200, other)


@pytest.mark.parametrize(
    ("operation", "one", "other"),
    [
        ("Query", {"Items": [ITEM, {}]}, {"Items": [{}, ITEM]}),
        ("GetItem", {"Item": {"n": {"N": "1"}}}, {"Item": {"n": {"S": "1"}}}),
        ("Scan", {"Items": [ITEM]}, {"Items": []}),
    ],
)
def test_answers_that_are_not_equivalent_differ(operation: str, one: Any, other: Any) -> None:
    assert normal(operation, 200, one) != normal(operation, 200, other)


def test_errors_agree_if_code_message_and_returned_item_agree() -> None:
    failed = {"__type": FAILURE, "message": "The conditional request failed"}
    assert normal("PutItem", 400, failed) != normal("PutItem", 400, failed | {"Item": ITEM})
    assert normal("PutItem", 400, failed) != normal("PutItem", 400, failed | {"message": "other"})
    assert normal("PutItem", 400, failed) == normal(
        "PutItem", 400, {"__type": f"other#{FAILURE.partition('#')[2]}", "Message": failed["message"]}
    )
