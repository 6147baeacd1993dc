"""What a call that sent something sent: read from the request, as AWS clients write it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from infra.local.model.messages import Call


@dataclass(frozen=True)
class SentMessage:
    """A message with its string attributes; `to` is a topic's ARN or a queue's name."""

    to: str
    body: str
    attributes: dict[str, str]


def sent_messages(call: Call) -> Iterator[SentMessage]:
    """The messages of a Publish, PublishBatch, SendMessage or SendMessageBatch."""
    if call.service == "sns":
        yield from _published(dict(parse_qsl(call.request.body.decode(), keep_blank_values=True)))
        return
    asked = json.loads(call.request.body)
    queue = str(asked["QueueUrl"]).rpartition("/")[2]
    for entry in asked.get("Entries", [asked]):
        given = entry.get("MessageAttributes") or {}
        attributes = {name: str(value.get("StringValue", "")) for name, value in given.items()}
        yield SentMessage(queue, entry["MessageBody"], attributes)


def _published(form: dict[str, str]) -> Iterator[SentMessage]:
    # The query protocol numbers what it lists: Entries.member.1.Message, Entries.member.2.Message, …
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
    """The event that a body is, if it is one as far as it can be told."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    named = isinstance(found, dict) and all(
        isinstance(found.get(name), str) for name in ("id", "type", "subject")
    )
    return found if named else None
