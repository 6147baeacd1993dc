"""Finds a stack's dead-letter queues with their source queues, and receives their messages."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError

HIDDEN_SECONDS = 60
"""The visibility timeout of a message while a command reads it. After a crash, it is visible again then."""
NO_REASON = "no reason given: the message reached the maximum receive count, or SNS could not deliver it"


@dataclass(frozen=True)
class DeadLetterQueue:
    """A dead-letter queue and its `source` queue. The dead-letter queue of a relay has no source queue."""

    name: str
    url: str
    arn: str
    source: "DeadLetterQueue | None"


@dataclass(frozen=True)
class DeadLetter:
    """A message in a dead-letter queue. `type` and `order_id` are empty if its body is not an event."""

    message: dict[str, Any]

    @property
    def sent_at(self) -> datetime:
        return datetime.fromtimestamp(int(self.message["Attributes"]["SentTimestamp"]) / 1000, UTC)

    @property
    def type(self) -> str:
        return str(self._body.get("type", ""))

    @property
    def order_id(self) -> str:
        return str(self._body.get("subject", ""))

    @property
    def reason(self) -> str:
        if "reason" in self.message.get("MessageAttributes", {}):
            return str(self.message["MessageAttributes"]["reason"]["StringValue"])
        # Lambda's on-failure message about stream records.
        context = self._body.get("requestContext")
        return str(context.get("condition")) if isinstance(context, dict) else NO_REASON

    @property
    def _body(self) -> dict[str, Any]:
        try:
            body = json.loads(self.message["Body"])
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}


def dead_letter_queues(deployed: Deployed, names: Sequence[str] = ()) -> list[DeadLetterQueue]:
    """The stack's dead-letter queues, or those with these names. `payment` stands for `PaymentDeadLetters`.

    Raises CommandError for an unknown name.
    """
    attributes = {name: _attributes(deployed, url) for name, url in deployed.queues.items()}
    sources = {
        json.loads(found["RedrivePolicy"])["deadLetterTargetArn"]: DeadLetterQueue(
            name, deployed.queues[name], found["QueueArn"], None
        )
        for name, found in attributes.items()
        if "RedrivePolicy" in found
    }
    queues = [
        DeadLetterQueue(name, deployed.queues[name], found["QueueArn"], sources.get(found["QueueArn"]))
        for name, found in attributes.items()
        if found["QueueArn"] in sources or name.endswith("DeadLetters")
    ]
    return _named(queues, names) if names else queues


def _attributes(deployed: Deployed, url: str) -> dict[str, str]:
    names = ["QueueArn", "RedrivePolicy"]
    found: dict[str, str] = deployed.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)[
        "Attributes"
    ]
    return found


def _named(queues: list[DeadLetterQueue], names: Sequence[str]) -> list[DeadLetterQueue]:
    chosen = []
    for name in names:
        matching = [q for q in queues if q.name.lower() in (name.lower(), f"{name.lower()}deadletters")]
        if not matching:
            known = ", ".join(queue.name for queue in queues)
            raise CommandError(f"there is no dead-letter queue {name}: choose from {known}")
        chosen += matching
    return list(dict.fromkeys(chosen))


def take(sqs: Any, queue: DeadLetterQueue, limit: int | None = None) -> Iterator[DeadLetter]:
    """Receives up to `limit` messages, or all of them, with a visibility timeout of HIDDEN_SECONDS."""
    taken = 0
    while limit is None or taken < limit:
        answer = sqs.receive_message(
            QueueUrl=queue.url,
            MaxNumberOfMessages=10 if limit is None else min(10, limit - taken),
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=1,  # a long poll reads from all servers of SQS; a short poll may miss messages
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        received = answer.get("Messages", [])
        yield from map(DeadLetter, received)
        taken += len(received)
        if not received:
            return


def put_back(sqs: Any, queue: DeadLetterQueue, letters: Sequence[DeadLetter]) -> None:
    """Makes the messages visible again."""
    for start in range(0, len(letters), 10):
        entries = [
            {"Id": str(number), "ReceiptHandle": letter.message["ReceiptHandle"], "VisibilityTimeout": 0}
            for number, letter in enumerate(letters[start : start + 10])
        ]
        sqs.change_message_visibility_batch(QueueUrl=queue.url, Entries=entries)
