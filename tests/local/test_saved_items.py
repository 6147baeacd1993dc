"""`--data` saves every DynamoDB item, and does not change a folder that it cannot read."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.aws.attribute_values import Item, to_json
from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.control.saved_items import SavedItems
from infra.local.in_process import environment
from infra.local.model.credentials import REGION
from infra.local.model.messages import AwsCall, Request
from infra.local.model.stack import Resource, Stack
from infra.local.provisioning.errors import TemplateError

TABLE: dict[str, Any] = {"TableName": "table", "BillingMode": "PAY_PER_REQUEST"}
ID = "id", "S"
STACK = Stack("stack", {"Table": Resource("AWS::DynamoDB::Table", "table", {})})
VALUES = st.recursive(
    st.text(max_size=5).map(lambda text: {"S": text})
    | st.integers(-99, 99).map(lambda number: {"N": str(number)})
    | st.binary(min_size=1, max_size=5).map(lambda data: {"B": data})
    | st.sets(st.binary(min_size=1, max_size=3), min_size=1).map(lambda each: {"BS": sorted(each)})
    | st.sets(st.integers(0, 99), min_size=1).map(lambda each: {"NS": sorted(map(str, each))})
    | st.booleans().map(lambda flag: {"BOOL": flag})
    | st.just({"NULL": True}),
    lambda values: (
        st.lists(values, max_size=3).map(lambda each: {"L": each})
        | st.dictionaries(st.sampled_from("abM"), values, max_size=3).map(lambda each: {"M": each})
    ),
    max_leaves=6,
)
ITEMS = st.dictionaries(st.sampled_from(["outbox", "format", "emits", "a"]), VALUES)


@pytest.fixture(autouse=True)
def moto() -> Iterator[None]:
    with patched_moto(), environment({}):
        create()
        yield


def create(name: str = "id", type_: str = "S") -> None:
    definitions = [{"AttributeName": name, "AttributeType": type_}]
    schema = [{"AttributeName": name, "KeyType": "HASH"}]
    client("dynamodb").create_table(**TABLE, AttributeDefinitions=definitions, KeySchema=schema)


def put(data: SavedItems, item: Item) -> None:
    client("dynamodb").put_item(TableName="table", Item=item)
    record(data, "PutItem", {"TableName": "table", "Item": to_json(item)})


def record(data: SavedItems, operation: str, request: dict[str, Any]) -> None:
    body = json.dumps(request).encode()
    data.record(AwsCall("dynamodb", REGION, operation, Request("POST", "/", "", [], body)))


def restored(data: SavedItems, name: str = "id", type_: str = "S") -> list[Item]:
    """The items of the new table after a restart."""
    client("dynamodb").delete_table(TableName="table")
    create(name, type_)
    data.restore(STACK)
    items: list[Item] = client("dynamodb").scan(TableName="table")["Items"]
    return items


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ITEMS)
def test_every_item_is_unchanged_after_a_restart(tmp_path: Path, item: Item) -> None:
    data = SavedItems(tmp_path)
    put(data, item | {"id": {"S": "1"}})
    assert [to_json(found) for found in restored(data)] == [to_json(item | {"id": {"S": "1"}})]
    data.close()


@pytest.mark.parametrize("outbox", [{"S": "x"}, {"L": [{"S": "x"}]}, {"L": []}, {"M": {}}, {"NULL": True}])
def test_an_attribute_named_outbox_may_have_any_value(tmp_path: Path, outbox: Item) -> None:
    data = SavedItems(tmp_path)
    put(data, {"id": {"S": "1"}, "outbox": outbox})
    assert restored(data) == [{"id": {"S": "1"}, "outbox": outbox}]


def test_a_key_may_be_binary(tmp_path: Path) -> None:
    data = SavedItems(tmp_path)
    restored(data, "key", "B")
    put(data, {"key": {"B": b"\0\xff"}})
    assert restored(data, "key", "B") == [{"key": {"B": b"\0\xff"}}]


def test_a_call_may_name_the_table_by_its_arn(tmp_path: Path) -> None:
    data = SavedItems(tmp_path)
    client("dynamodb").put_item(TableName="table", Item={"id": {"S": "1"}})
    arn = client("dynamodb").describe_table(TableName="table")["Table"]["TableArn"]
    record(data, "PutItem", {"TableName": arn, "Item": {"id": {"S": "1"}}})
    assert restored(data) == [{"id": {"S": "1"}}]


def test_a_table_that_is_created_again_with_another_key_is_saved(tmp_path: Path) -> None:
    data = SavedItems(tmp_path)
    put(data, {"id": {"S": "1"}})
    data.delete_stack(STACK)
    restored(data, "other")
    put(data, {"other": {"S": "2"}})
    assert restored(data, "other") == [{"other": {"S": "2"}}]


def test_a_deleted_table_is_not_saved(tmp_path: Path) -> None:
    data = SavedItems(tmp_path)
    put(data, {"id": {"S": "1"}})
    record(data, "DeleteTable", {"TableName": "table"})
    assert restored(data) == []


@pytest.mark.parametrize("text", ["", "[]", '{"id": "1"}', '{"id": {"B": "?"}}', '{"other": {"S": "1"}}'])
def test_an_unreadable_item_is_named_and_the_folder_is_unchanged(tmp_path: Path, text: str) -> None:
    with closing(sqlite3.connect(tmp_path / "tables.sqlite")) as file, file:
        file.execute("CREATE TABLE items (name TEXT, key TEXT, item TEXT, PRIMARY KEY (name, key))")
        file.execute("INSERT INTO items VALUES ('table', '{\"id\": 1}', ?)", [text])
    data = SavedItems(tmp_path)
    with pytest.raises(
        TemplateError, match=r'the item {"id": 1} of the table table cannot be written \(.+\)'
    ):
        data.restore(STACK)
    data.close()
    with closing(sqlite3.connect(tmp_path / "tables.sqlite")) as file, file:
        assert file.execute("SELECT item FROM items").fetchall() == [(text,)]
