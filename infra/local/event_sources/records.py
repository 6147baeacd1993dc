"""Converts SQS messages and stream records to the records that Lambda passes to a function."""

import base64
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from infra.shared.arns import region_of


def sqs_record(
    message: Mapping[str, Any], queue_arn: str, *, batching_window: bool = False
) -> dict[str, Any]:
    """Converts a message of ReceiveMessage.

    If a message has no attributes, Lambda omits `md5OfMessageAttributes`. With a batching window, it is null
    instead. All recorded answers of AWS show this; no documentation mentions it.
    """
    digest = message.get("MD5OfMessageAttributes")
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message["Attributes"]),
        "messageAttributes": {
            name: _message_attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        **({"md5OfMessageAttributes": digest} if digest or batching_window else {}),
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region_of(queue_arn),
    }


def _message_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    found = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "BinaryValue" in value:
        return {"binaryValue": _text(value["BinaryValue"]), **found}
    return {"stringValue": value.get("StringValue"), **found}


def stream_record(record: Mapping[str, Any], stream_arn: str) -> dict[str, Any]:
    """Converts a stream record of moto. Binary values become base64; the time is rounded down to a second.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
    """
    change = dict(record["dynamodb"])
    created = change["ApproximateCreationDateTime"].replace(microsecond=0, tzinfo=UTC)
    change["ApproximateCreationDateTime"] = created.timestamp()
    for part in ("Keys", "NewImage", "OldImage"):
        if part in change:
            change[part] = {name: _plain(value) for name, value in change[part].items()}
    return {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": record["eventVersion"],
        "eventSource": "aws:dynamodb",
        "awsRegion": region_of(stream_arn),
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }


def _plain(value: Any) -> Any:
    """Replaces bytes by base64 text, at any depth of the value."""
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value


def _text(binary: bytes | str) -> str:
    """The value as base64. moto already stores some binary values as base64."""
    return base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary
