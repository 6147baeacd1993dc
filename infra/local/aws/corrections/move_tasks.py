"""SQS's message move tasks, which moto lacks. The console redrives dead letters with them.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
A task ends before its start is answered, at any requested rate: local queues are short.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from uuid import UUID

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import unix_time_millis
from moto.moto_api._internal import mock_random
from moto.sqs.responses import SQSResponse

from infra.shared.arns import name_of

NO_SOURCE = "CouldNotDetermineMessageSource"
MOST_LISTED = 10


@dataclass
class Task:
    """A task, with the fields of ListMessageMoveTasks."""

    id: UUID
    source_arn: str
    destination_arn: str | None
    most_per_second: int | None
    to_move: int
    started_at_ms: int
    moved: int = 0
    failure: str | None = None

    @property
    def handle(self) -> str:
        held = {"taskId": str(self.id), "sourceArn": self.source_arn}
        return base64.b64encode(json.dumps(held).encode()).decode()

    @property
    def described(self) -> dict[str, Any]:
        described = {
            "Status": "FAILED" if self.failure else "COMPLETED",
            "SourceArn": self.source_arn,
            "DestinationArn": self.destination_arn,
            "MaxNumberOfMessagesPerSecond": self.most_per_second,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": self.started_at_ms,
        }
        return {name: value for name, value in described.items() if value is not None}


def patches() -> Iterator[Any]:
    yield patch.object(SQSResponse, "start_message_move_task", _start, create=True)
    yield patch.object(SQSResponse, "list_message_move_tasks", _list, create=True)


def _start(response: Any) -> ActionResult:
    asked, backend = response.params, response.sqs_backend
    source, destination = _queue(backend, asked["SourceArn"]), asked.get("DestinationArn")
    task = Task(
        id=mock_random.uuid4(),
        source_arn=source.queue_arn,
        destination_arn=destination,
        most_per_second=asked.get("MaxNumberOfMessagesPerSecond"),
        to_move=len(source.messages),
        started_at_ms=int(unix_time_millis()),
    )
    for message in source.messages:
        target = destination or getattr(message, "dead_letter_queue_source_arn", None)
        task.failure = _moved(backend, source, message, target)
        if task.failure:
            break
        task.moved += 1
    vars(source).setdefault("move_tasks", []).append(task)
    return ActionResult({"TaskHandle": task.handle})


def _moved(backend: Any, source: Any, message: Any, target_arn: str | None) -> str | None:
    """Moves a message as a new one, with its attributes. Returns the reason if this fails, else None.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    """
    if target_arn is None:
        return NO_SOURCE
    try:
        backend.send_message(
            name_of(target_arn),
            message.body,
            message_attributes=message.message_attributes,
            group_id=message.group_id,
            # A deduplication id of its own: two dead letters of a FIFO queue may have the same one.
            deduplication_id=message.id if message.deduplication_id else None,
            system_attributes=message.system_attributes,
        )
    except ServiceException as error:
        return str(error.code)
    source._messages.remove(message)
    source.pending_messages.discard(message)
    return None


def _list(response: Any) -> ActionResult:
    """Answers ListMessageMoveTasks: the last tasks of a queue, latest first."""
    source = _queue(response.sqs_backend, response.params["SourceArn"])
    most = min(int(response.params.get("MaxResults", 1)), MOST_LISTED)
    latest = list(reversed(tasks(source)))[:most]
    return ActionResult({"Results": [task.described for task in latest]})


def tasks(queue: Any) -> list[Task]:
    """The tasks of a queue, oldest first."""
    started: list[Task] = vars(queue).get("move_tasks", [])
    return started


def _queue(backend: Any, arn: str) -> Any:
    return backend.get_queue(name_of(arn))
