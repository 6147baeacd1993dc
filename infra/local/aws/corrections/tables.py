"""Corrections to moto's DynamoDB: members of answers, the stream record of an update, and an item's limit."""

from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import patch
from uuid import NAMESPACE_URL, uuid5

from moto.core.responses import BaseResponse
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import LimitedSizeDict
from moto.dynamodb.responses import DynamoHandler

from infra.local.aws.refusals.items import LARGEST_ITEM_BYTES, item_bytes

ON_REQUEST = {
    "ConsumedCapacity": "ReturnConsumedCapacity",
    "ItemCollectionMetrics": "ReturnItemCollectionMetrics",
}
"""Members that an answer has only if this parameter of the request asks for them."""

_update = DynamoDBBackend.update_item


def patches() -> Iterator[Any]:
    yield patch.object(DynamoHandler, "serialized", _serialized, create=True)
    yield patch.object(DynamoDBBackend, "update_item", _update_item)
    yield patch.object(LimitedSizeDict, "__setitem__", _set_attribute)


def _serialized(response: Any, answer: Any) -> Any:
    if isinstance(answer.result, dict):
        remove_unrequested(answer.result, response.params)
        described = answer.result.get("TableDescription") or answer.result.get("Table")
        if described is not None:
            _describe(described, is_new=response._get_action() == "CreateTable")
    return BaseResponse.serialized(response, answer)


def remove_unrequested(result: dict[str, Any], request: Mapping[str, Any]) -> None:
    for member, parameter in ON_REQUEST.items():
        if request.get(parameter, "NONE") == "NONE":
            result.pop(member, None)


def _describe(table: dict[str, Any], *, is_new: bool) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html"""
    arn, billing = table["TableArn"], table.get("BillingModeSummary")
    table["TableId"] = str(uuid5(NAMESPACE_URL, arn))
    for name in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if not table.get(name):
            table.pop(name, None)
    if billing and billing["BillingMode"] == "PROVISIONED":
        del table["BillingModeSummary"]
    elif billing and not is_new:
        billing["LastUpdateToPayPerRequestDateTime"] = table["CreationDateTime"]
    for index in table.get("GlobalSecondaryIndexes", ()):
        index |= {"IndexArn": f"{arn}/index/{index['IndexName']}", "IndexSizeBytes": 0, "ItemCount": 0}
        index.setdefault("ProvisionedThroughput", {}).setdefault("NumberOfDecreasesToday", 0)
    if is_new:
        for described in (table, *table.get("GlobalSecondaryIndexes", ())):
            described.pop("WarmThroughput", None)


def _update_item(backend: Any, table_name: str, *given: Any, **named: Any) -> Any:
    """Emits one record for an update that creates an item. moto emits another one for the key before it."""
    shard = backend.get_table(table_name).stream_shard
    count = len(shard.items) if shard is not None else 0
    item = _update(backend, table_name, *given, **named)
    if shard is not None and len(shard.items) == count + 2:
        record = shard.items.pop().record
        record["dynamodb"]["SequenceNumber"] = shard.items[count].record["dynamodb"]["SequenceNumber"]
        shard.items[count].record = record
    return item


def _set_attribute(attributes: Any, name: str, value: Any) -> None:
    """Limits an item to 400 KB, as AWS does. moto limits it to 405,000 bytes, and counts them otherwise."""
    given = {**attributes, name: value}
    if item_bytes({each: typed.to_regular_json() for each, typed in given.items()}) > LARGEST_ITEM_BYTES:
        raise ItemSizeTooLarge
    dict.__setitem__(attributes, name, value)
