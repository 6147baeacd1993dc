"""Lists the messages of a queue; finds and redrives dead letters, also with an edited body."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from infra.live.problems import Problem
from infra.live.publish_calls import parse_event
from infra.local.aws import queues

LIMIT = 20
"""The number of messages that the page asks for at a time."""


def list_messages(
    name: str, originals: Mapping[str, str], redriven: Mapping[str, int], offset: int = 0
) -> dict[str, Any]:
    """Lists up to LIMIT of a queue's messages, oldest first, without receiving them.

    `originals` are the bodies before fault injection broke them; `redriven` counts the redrives of a body.
    """
    found = queues.messages(name)
    return {
        "queue": name,
        "count": len(found),
        "messages": [_to_json(message, originals, redriven) for message in found[offset : offset + LIMIT]],
    }


def _to_json(message: Any, originals: Mapping[str, str], redriven: Mapping[str, int]) -> dict[str, Any]:
    original = originals.get(message.body)
    known = parse_event(original or message.body) or {}
    reason = message.message_attributes.get("reason", {}).get("StringValue")
    return {
        "message_id": message.id,
        "sent_at": message.sent_timestamp / 1000,
        "received": message.approximate_receive_count,
        "state": "delayed" if message.delayed else "waiting" if message.visible else "in flight",
        "reason": reason or _condition(message.body),
        "type": known.get("type"),
        "order_id": known.get("subject"),
        "body": message.body,
        "original": original,
        "redriven": redriven.get(message.body, 0),
    }


def _condition(body: str) -> str | None:
    """The condition in Lambda's message to an on-failure destination, such as RetryAttemptsExhausted."""
    try:
        return str(json.loads(body)["requestContext"]["condition"])
    except (ValueError, KeyError, TypeError):
        return None


def find(name: str, message_id: str) -> Any:
    """Returns a message of the queue. Raises Problem if the queue does not have it."""
    for message in queues.messages(name):
        if message.id == message_id:
            return message
    raise Problem(
        HTTPStatus.NOT_FOUND, f"{name} has no message {message_id}: it may have been moved or deleted"
    )


def redrive(name: str, source: str, message_id: str | None, body: str | None) -> list[str]:
    """Moves one message, or all of them, back to the source queue. Returns the moved bodies.

    `body` replaces the body of the one message. Raises Problem if the message does not exist.
    """
    chosen = queues.messages(name) if message_id is None else [find(name, message_id)]
    for message in chosen:
        attributes = {key: value for key, value in message.message_attributes.items() if key != "reason"}
        queues.send(source, message.body if body is None else body, attributes)
        queues.remove(name, message)
    return [message.body if body is None else body for message in chosen]
