"""The records that Lambda hands to a function: what it makes of a message, and of a stream's record."""

import base64
from collections.abc import Mapping
from datetime import UTC
from typing import Any


def sqs_record(
    message: Mapping[str, Any], queue_arn: str, *, batching_window: bool = False
) -> dict[str, Any]:
    """A message, as ReceiveMessage answers it, as Lambda hands it over.

    Lambda leaves `md5OfMessageAttributes` out of a message without attributes, but has null there where the
    mapping has a batching window: all recorded answers of AWS show this, and no documentation does.
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
        "awsRegion": queue_arn.split(":")[3],
    }


def _message_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    found = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "BinaryValue" in value:
        return {"binaryValue": _text(value["BinaryValue"]), **found}
    return {"stringValue": value.get("StringValue"), **found}


def stream_record(record: Mapping[str, Any], stream_arn: str) -> dict[str, Any]:
    """A record of a stream, as moto keeps it, as Lambda hands it over: binary values are base64.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html: the time is
    rounded down to a second.
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
        "awsRegion": stream_arn.split(":")[3],
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }


def _plain(value: Any) -> Any:
    """A value of an item without bytes, at any depth."""
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value


def _text(binary: bytes | str) -> str:
    """Base64; moto has some binary values in it already."""
    return base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary
