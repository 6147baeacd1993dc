"""Sends each call to moto's DynamoDB also to dynalite, and compares the answers."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.models import dynamodb_backends

from infra.local.model.credentials import ACCOUNT, REGION
from tests.engines.dynalite.answers import error, normal
from tests.engines.dynalite.dynalite import VERSION

OF_TABLES = ("CreateTable", "DeleteTable", "DescribeTable", "UpdateTimeToLive", "DescribeTimeToLive")
"""Operations that are not repeated: dynalite's tables have no streams, no expiry and no newer features."""
GIVEN = ("TableName", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")

FAILED = "ConditionalCheckFailedException"

_answered = BotocoreStubber.__call__


class Second(Protocol):
    """The second engine: Dynalite, or a fake of a test."""

    def call(self, operation: str, request: Mapping[str, Any]) -> tuple[int, Any]: ...
    def create(self, table: Mapping[str, Any]) -> None: ...
    def delete(self, name: str) -> None: ...


@dataclass
class Calls:
    """The number of compared calls of one test, and the differing answers."""

    compared: int = 0
    differing: list[str] = field(default_factory=list)


class Repeater:
    """Repeats the calls of one test on tables that are created when a call first names them."""

    def __init__(self, second: Second) -> None:
        self.calls = Calls()
        self._second = second
        self._keys: dict[str, list[str]] = {}

    def prepare(self, request: Mapping[str, Any]) -> None:
        """Creates the tables of a request that moto has and the second engine lacks."""
        for name in {request.get("TableName"), *request.get("RequestItems", ())} - self._keys.keys() - {None}:
            table = dynamodb_backends[ACCOUNT][REGION].tables.get(name)
            if table is not None:
                self._second.create(_definition(table))
                self._keys[name] = [key["AttributeName"] for key in table.schema]

    def repeat(self, operation: str, request: Mapping[str, Any], status: int, answer: Any) -> None:
        """Repeats a call that moto answered, and compares the answers."""
        first = normal(operation, status, answer)
        second = normal(operation, *self._again(operation, request))
        self.calls.compared += 1
        if first != second:
            call = f"{operation} {json.dumps(request)}"
            self.calls.differing.append(f"{call}:\n  moto     {first}\n  dynalite {second}")

    def close(self) -> None:
        """Deletes the tables, so that the next test starts with new ones."""
        for name in self._keys:
            self._second.delete(name)

    def _again(self, operation: str, request: Mapping[str, Any]) -> tuple[int, Any]:
        """The second engine's answer. dynalite ignores ReturnValuesOnConditionCheckFailure: read the item."""
        status, answer = self._second.call(operation, request)
        if "ReturnValuesOnConditionCheckFailure" in request and error(answer)[0] == FAILED:
            given, name = request.get("Key") or request["Item"], request["TableName"]
            key = {part: given[part] for part in self._keys[name]}
            answer |= self._second.call("GetItem", {"TableName": name, "Key": key, "ConsistentRead": True})[1]
        return status, answer


@contextmanager
def repeated(second: Second) -> Iterator[Calls]:
    """Repeats the DynamoDB calls in the block, and counts them."""
    repeater = Repeater(second)

    def answered(stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **given: Any) -> Any:
        version, _, operation = _text(request.headers.get("X-Amz-Target", "")).partition(".")
        if not stubber.enabled or version != VERSION or operation in OF_TABLES:
            return _answered(stubber, event_name, request, **given)
        parameters = json.loads(_text(request.body))
        repeater.prepare(parameters)
        answer = _answered(stubber, event_name, request, **given)
        repeater.repeat(operation, parameters, answer.status_code, json.loads(answer.content))
        return answer

    with patch.object(BotocoreStubber, "__call__", answered):
        try:
            yield repeater.calls
        finally:
            repeater.close()


def _definition(table: Any) -> dict[str, Any]:
    """The CreateTable request that creates a table like this one of moto."""
    described = table.describe("Table")["Table"]
    given = {name: described[name] for name in GIVEN if described.get(name)}
    for index in given.get("GlobalSecondaryIndexes", ()):
        for name in set(index) - {"IndexName", "KeySchema", "Projection"}:
            del index[name]
    return given | {"BillingMode": "PAY_PER_REQUEST"}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
