"""Redrive dead letters: move them back to the queue that they came from, once its consumer is mended.

On AWS by SQS itself (StartMessageMoveTask); where the endpoint has no such call, message by message.
It is always safe: what was handled before is recognised. Exit code 1 if there was nothing to move.

  choreo redrive
  choreo redrive payment
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from infra.cli.deployed import Deployed
from infra.cli.display import out, progress
from infra.cli.errors import Mistake, NotFound
from infra.cli.queues import DeadLetter, Queue, dead_letter_queues, put_back, take

SUMMARY = "move dead letters back to where they came from"
LOOK_SECONDS = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "queues", nargs="*", metavar="QUEUE", help="such as payment, or PaymentDeadLetters (default all)"
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    queues, sqs = dead_letter_queues(deployed, arguments.queues), deployed.client("sqs")
    with ThreadPoolExecutor(len(queues) or 1) as pool:
        counts = list(pool.map(lambda queue: _redrive(sqs, queue), queues))
    if not sum(counts):
        raise NotFound("there are no dead letters to move")
    return 0


def _redrive(sqs: Any, queue: Queue) -> int:
    """How many were moved."""
    if queue.source is None:
        _explain(sqs, queue)
        return 0
    count = _move(sqs, queue, queue.source)
    if count:
        out.print(f"{count} moved from {queue.name} to {queue.source.name}")
    return count


def _explain(sqs: Any, queue: Queue) -> None:
    names = ["ApproximateNumberOfMessages"]
    found = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=names)["Attributes"]
    if int(found["ApproximateNumberOfMessages"]):
        progress.print(f"{queue.name} has no queue to go back to: choreo republish heals what is told there")


def _move(sqs: Any, queue: Queue, source: Queue) -> int:
    try:
        # The destination is named because SQS itself knows a message's source only if it moved it there;
        # consumers send poison to the dead-letter queue themselves.
        sqs.start_message_move_task(SourceArn=queue.arn, DestinationArn=source.arn)
    except ClientError as error:
        if not _unknown_call(error):
            raise
        return _move_each(sqs, queue, source)
    return _wait(sqs, queue)


def _unknown_call(error: ClientError) -> bool:
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status in (404, 501) or error.response["Error"]["Code"] in ("InvalidAction", "UnknownOperation")


def _wait(sqs: Any, queue: Queue) -> int:
    while True:
        (task,) = sqs.list_message_move_tasks(SourceArn=queue.arn, MaxResults=1)["Results"]
        if task["Status"] == "COMPLETED":
            return int(task["ApproximateNumberOfMessagesMoved"])
        if task["Status"] != "RUNNING":
            reason = task.get("FailureReason", "no reason given")
            raise Mistake(f"{queue.name}: the move is {task['Status'].lower()}: {reason}")
        time.sleep(LOOK_SECONDS)


def _move_each(sqs: Any, queue: Queue, source: Queue) -> int:
    # All are taken before the first is sent: one that fails again must not be met again here.
    letters, moved = list(take(sqs, queue)), 0
    try:
        for letter in letters:
            sqs.send_message(QueueUrl=source.url, **_again(letter))
            sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=letter.message["ReceiptHandle"])
            moved += 1
    finally:
        put_back(sqs, queue, letters[moved:])
    return moved


def _again(letter: DeadLetter) -> dict[str, Any]:
    attributes = {
        name: {key: value[key] for key in ("DataType", "StringValue", "BinaryValue") if key in value}
        for name, value in letter.message.get("MessageAttributes", {}).items()
        if name != "reason"
    }
    return {"MessageBody": letter.message["Body"], "MessageAttributes": attributes}
