"""Reads the messages of publish and send calls from the requests of AWS clients."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from infra.local.model.messages import AwsCall
from infra.shared.arns import queue_name


@dataclass(frozen=True)
class SentMessage:
    """A message with its string attributes. `to` is the ARN of a topic or the name of a queue."""

    to: str
    body: str
    attributes: dict[str, str]


def sent_messages(call: AwsCall) -> Iterator[SentMessage]:
    """The messages of a Publish, PublishBatch, SendMessage or SendMessageBatch call."""
    if call.service == "sns":
        yield from _published(dict(parse_qsl(call.request.body.decode(), keep_blank_values=True)))
        return
    parameters = json.loads(call.request.body)
    queue = queue_name(str(parameters["QueueUrl"]))
    for entry in parameters.get("Entries", [parameters]):
        given = entry.get("MessageAttributes") or {}
        attributes = {name: str(value.get("StringValue", "")) for name, value in given.items()}
        yield SentMessage(queue, entry["MessageBody"], attributes)


def _published(form: dict[str, str]) -> Iterator[SentMessage]:
    # The query protocol numbers the entries of a list: Entries.member.1.Message, Entries.member.2.Message, …
    prefixes = [
        name.removesuffix("Message") for name in form if name == "Message" or name.endswith(".Message")
    ]
    for prefix in prefixes:
        attributes, number = {}, 1
        while name := form.get(f"{prefix}MessageAttributes.entry.{number}.Name"):
            attributes[name] = form.get(f"{prefix}MessageAttributes.entry.{number}.Value.StringValue", "")
            number += 1
        yield SentMessage(form.get("TopicArn", ""), form[f"{prefix}Message"], attributes)


def parse_event(body: str) -> dict[str, Any] | None:
    """The event in a message body; None if the body has no event with an id, a type and a subject."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    named = isinstance(found, dict) and all(
        isinstance(found.get(name), str) for name in ("id", "type", "subject")
    )
    return found if named else None
