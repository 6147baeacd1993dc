"""Redrive dead letters: move them back to their source queue, after you have corrected the consumer.

SQS moves the messages (StartMessageMoveTask), as it does for the AWS console. A redrive is always safe: a
consumer recognizes the events that it has handled. The exit code is 1 if there are no messages to move.

  choreo redrive
  choreo redrive payment
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra.cli.dead_letter_queues import DeadLetterQueue, dead_letter_queues
from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError, NotFound
from infra.shared.display import out, print_json, progress

JSON = "print a line of JSON for each queue with moved messages"
SUMMARY = "move dead letters back to their source queue"
POLL_SECONDS = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "queues", nargs="*", metavar="QUEUE", help="such as payment, or PaymentDeadLetters (default all)"
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    queues, sqs = dead_letter_queues(deployed, arguments.queues), deployed.client("sqs")
    with ThreadPoolExecutor(len(queues) or 1) as pool:
        counts = list(pool.map(lambda queue: _redrive(sqs, queue, as_json=arguments.json), queues))
    if not sum(counts):
        raise NotFound("there are no dead letters to move")
    return 0


def _redrive(sqs: Any, queue: DeadLetterQueue, *, as_json: bool) -> int:
    """Redrives a queue's dead letters. Returns the number of moved messages."""
    if queue.source is None:
        _explain(sqs, queue)
        return 0
    count = _move(sqs, queue, queue.source)
    if count and as_json:
        print_json({"from": queue.name, "to": queue.source.name, "moved": count})
    elif count:
        out.print(f"{count} moved from {queue.name} to {queue.source.name}")
    return count


def _explain(sqs: Any, queue: DeadLetterQueue) -> None:
    names = ["ApproximateNumberOfMessages"]
    found = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=names)["Attributes"]
    if int(found["ApproximateNumberOfMessages"]):
        progress.print(
            f"{queue.name} belongs to a relay and has no source queue: "
            "run choreo republish to send these events again"
        )


def _move(sqs: Any, queue: DeadLetterQueue, source: DeadLetterQueue) -> int:
    """Lets SQS move the messages. Returns their number. Raises CommandError if SQS cannot move all of them.

    The request names the destination. Otherwise SQS moves only messages that it dead-lettered itself, and
    fails with CouldNotDetermineMessageSource for those that a consumer or SNS sent to the dead-letter queue.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/troubleshooting-dlq-redrive.html
    """
    sqs.start_message_move_task(SourceArn=queue.arn, DestinationArn=source.arn)
    while True:
        (task,) = sqs.list_message_move_tasks(SourceArn=queue.arn, MaxResults=1)["Results"]
        if task["Status"] == "COMPLETED":
            return int(task["ApproximateNumberOfMessagesMoved"])
        if task["Status"] != "RUNNING":
            reason = task.get("FailureReason", "no reason given")
            raise CommandError(f"{queue.name}: SQS reports {task['Status']} for the redrive: {reason}")
        time.sleep(POLL_SECONDS)
