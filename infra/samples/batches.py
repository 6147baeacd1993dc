"""Sample batches of SQS queues and DynamoDB streams."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from choreography.outbox import derived_id
from choreography.stored import Record, entries, to_item
from choreography.table import to_attributes
from infra.local.model.credentials import ACCOUNT, REGION
from infra.samples.sample_order import ARRIVING, EMITTED, ORDER_ID, START, STATES, arriving, event

STACK = "order-choreography"


def queue_batch(queue: str, bodies: list[str]) -> dict[str, Any]:
    """An SQS batch of the queue with these bodies. `queue` is its logical id."""
    return {"Records": [queue_record(queue, body, number) for number, body in enumerate(bodies)]}


def queue_record(queue: str, body: str, number: int) -> dict[str, Any]:
    """The record of an SQS batch, as Lambda passes it to the function."""
    try:
        kind = json.loads(body)["type"]
    except (ValueError, KeyError):
        kind = "order.placed"
    sent = str(int((START + timedelta(seconds=number)).timestamp() * 1000))
    return {
        "messageId": derived_id(queue, f"message-{number}"),
        "receiptHandle": f"AQEBsample{number:04}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": sent,
            "SenderId": "AIDAIT2UOQQY3AUEKVGXU",
            "ApproximateFirstReceiveTimestamp": sent,
        },
        "messageAttributes": {
            "type": {
                "stringValue": kind,
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "String",
            }
        },
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-{queue}",
        "awsRegion": REGION,
    }


def batches(service: str) -> Iterator[tuple[str, Any]]:
    """The name and payload of each sample of the service's consumer."""
    bodies = [arriving(kind).to_json() for kind in ARRIVING[service]]
    others = [arriving(ARRIVING[service][0], derived_id(str(n), "order")).to_json() for n in range(10)]
    queue = f"{service.capitalize()}Queue"
    yield "one", queue_batch(queue, bodies[:1])
    yield "duplicate", queue_batch(queue, bodies[:1] * 2)
    yield "out_of_order", queue_batch(queue, bodies[::-1])
    yield "poison", queue_batch(queue, [others[0], '{"specversion": "1.0", "type": ', others[1]])
    yield "ten", queue_batch(queue, others)


def stream_batch(service: str, count: int) -> dict[str, Any]:
    """A batch of the stream of the service's table."""
    return {"Records": [stream_record(service, number) for number in range(count)]}


def stream_record(service: str, number: int) -> dict[str, Any]:
    """A stream record: the first write of an order's item, with one event in its outbox."""
    payloads = EMITTED[service]
    order_id = ORDER_ID if number == 0 else derived_id(str(number), "order")
    made = event(service, payloads[number % len(payloads)], order_id)
    new = Record(order_id, STATES[service])
    record = replace(new, version=1, outbox=tuple(entries([made], new)), emits=1)
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STACK}-{service.capitalize()}Table"
    return {
        "eventID": hashlib.md5(made.id.encode(), usedforsecurity=False).hexdigest(),
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": START.timestamp() + number,
            "Keys": {"order_id": {"S": order_id}},
            "NewImage": to_attributes(to_item(record)),
            "SequenceNumber": str(100000000005391461882 + number),
            "SizeBytes": len(made.to_json()) + 100,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": f"{table}/stream/2026-01-15T09:00:00.000",
    }
