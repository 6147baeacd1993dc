"""Helpers: event source mappings of a queue and a table, and handlers that are plain Python functions."""

import time
from collections.abc import Callable
from typing import Any

from infra.local.aws.clients import client
from infra.local.aws.queues import MotoQueue
from infra.local.event_sources.mapping import EventSourceMapping
from infra.local.event_sources.queue_mapping import QueueMapping
from infra.local.event_sources.stream_mapping import StreamMapping
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import EventSource

Handler = Callable[[Any], Any]


class Clock:
    """A clock that a test advances."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def a_queue(name: str = "q") -> str:
    """Creates a queue and returns its ARN."""
    client("sqs").create_queue(QueueName=name)
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def send(body: str, name: str = "q", **attributes: Any) -> None:
    client("sqs").send_message(QueueUrl=_url(name), MessageBody=body, MessageAttributes=attributes)


def received(name: str = "q") -> list[dict[str, Any]]:
    """Receives the messages of a queue."""
    found = client("sqs").receive_message(QueueUrl=_url(name), MaxNumberOfMessages=10)
    return list(found.get("Messages", []))


def queue_mapping(clock: Clock, **properties: Any) -> QueueMapping:
    source = EventSource("M", "F", f"arn:aws:sqs:{REGION}:{ACCOUNT}:q", properties)
    return QueueMapping(source, MotoQueue("q"), clock)


def a_table(view: str = "NEW_IMAGE", key: str = "id") -> str:
    """Creates a table with a stream and returns the stream's ARN."""
    created = client("dynamodb").create_table(
        TableName="t",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )
    return str(created["TableDescription"]["LatestStreamArn"])


def put(**item: Any) -> None:
    client("dynamodb").put_item(TableName="t", Item=item)


def stream_mapping(clock: Clock, stream_arn: str, **properties: Any) -> StreamMapping:
    given = {"StartingPosition": "TRIM_HORIZON", "FunctionName": "F", **properties}
    return StreamMapping(EventSource("M", "F", stream_arn, given), clock)


def delivered(mapping: EventSourceMapping, clock: Clock, handler: Handler, seconds: int = 60) -> list[Any]:
    """Polls for this number of seconds of the clock. Returns the events that the handler was called with."""
    events = []
    for _ in range(seconds):
        clock.now += 1
        while (batch := mapping.poll()) is not None:
            events.append(batch.event)
            try:
                answer = handler(batch.event)
            except Exception as error:
                mapping.fail(batch, repr(error))
            else:
                mapping.complete(batch, answer)
    return events


def raises(event: Any) -> Any:
    raise RuntimeError("out of order")


def answers(answer: Any) -> Handler:
    return lambda event: answer


def _url(name: str) -> str:
    return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])
