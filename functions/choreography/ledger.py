"""The ledger of an external system's sandbox: immutable entries by order and idempotency key."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from choreography import aws
from choreography.errors import KeyReused
from choreography.table import from_attributes, to_attributes


class Ledger:
    """A DynamoDB table with the key `order_id`, `idempotency_key`, which only its owner reads."""

    def __init__(self, name: str) -> None:
        self._name = name

    def enter(
        self, order_id: str, idempotency_key: str, request: Mapping[str, Any], result: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The entry under this key: made now from `result`, or the one that an earlier call made.

        Raises KeyReused if that earlier call asked for something else.
        """
        asked = json.dumps(dict(request), sort_keys=True)
        entry = (
            {"order_id": order_id, "idempotency_key": idempotency_key, "request": asked}
            | dict(request)
            | dict(result)
        )
        try:
            aws.dynamodb().put_item(
                TableName=self._name,
                Item=to_attributes(entry),
                ConditionExpression="attribute_not_exists(order_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            entry = from_attributes(error.response["Item"])  # type: ignore[typeddict-item]  # the stubs lack it
            if entry["request"] != asked:
                raise KeyReused(f"{idempotency_key} was used for another request") from error
        return entry
