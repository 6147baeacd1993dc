"""Messages to on-failure destinations, about the stream records that an event source mapping discarded.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html; the fields that this guide omits
come from recorded answers of AWS.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from infra.local.aws.clients import client
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import EventSource
from infra.shared.arns import name_of, service_of

EXHAUSTED = "RetryAttemptsExhausted"
EXPIRED = "RecordAgeExceeded"
DESTINATIONS = ("sqs", "sns")
"""The services that the local AWS supports as destinations."""


@dataclass(frozen=True)
class LastInvocation:
    """The last invocation with the records. `raised` is False if the function reported failed items."""

    request_id: str | None
    raised: bool


def message(
    source: EventSource,
    shard_id: str,
    records: Sequence[Mapping[str, Any]],
    condition: str,
    invoke_count: int,
    last: LastInvocation | None,
    now: float,
) -> dict[str, Any]:
    """The message's content. It has a `responseContext` only if the function was invoked with the records."""
    arn = _function_arn(source)
    qualifier = arn.split(":")[7:]
    return {
        "requestContext": {
            "requestId": (last and last.request_id) or str(uuid4()),
            "functionArn": arn,
            "condition": condition,
            "approximateInvokeCount": invoke_count,
        },
        **({} if last is None else {"responseContext": _response(last, "1" if qualifier else "$LATEST")}),
        "version": "1.0",
        "timestamp": _time(now, "milliseconds"),
        "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": sequence_number(records[0]),
            "endSequenceNumber": sequence_number(records[-1]),
            "approximateArrivalOfFirstRecord": _time(created_at(records[0]), "seconds"),
            "approximateArrivalOfLastRecord": _time(created_at(records[-1]), "seconds"),
            "batchSize": len(records),
            "streamArn": source.arn,
        },
    }


def send(destination: str, content: Mapping[str, Any]) -> None:
    """Sends the content as JSON to the queue or topic with this ARN."""
    text, name = json.dumps(content), name_of(destination)
    if service_of(destination) == "sns":
        client("sns").publish(TopicArn=destination, Message=text)
    else:
        sqs = client("sqs")
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=text)


def sequence_number(record: Mapping[str, Any]) -> str:
    number: str = record["dynamodb"]["SequenceNumber"]
    return number


def created_at(record: Mapping[str, Any]) -> float:
    """The time of the record's write, in seconds since the epoch."""
    return float(record["dynamodb"]["ApproximateCreationDateTime"])


def _response(last: LastInvocation, version: str) -> dict[str, Any]:
    error = "Unhandled" if last.raised else None
    return {"statusCode": 200, "executedVersion": version, "functionError": error}


def _function_arn(source: EventSource) -> str:
    """The ARN of the function, alias or version that the event source mapping names."""
    name = str(source.properties.get("FunctionName", source.function))
    return name if name.startswith("arn:") else f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def _time(seconds: float, precision: str) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec=precision).replace("+00:00", "Z")
