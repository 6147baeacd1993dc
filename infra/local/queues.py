"""moto's queues from inside: looked at without a receive, so that looking changes nothing."""

from typing import Any

from moto.sqs.models import sqs_backends

from infra.local.credentials import ACCOUNT, REGION


def named(name: str) -> Any:
    """moto's queue. Raises KeyError if there is none of that name."""
    return sqs_backends[ACCOUNT][REGION].queues[name]


def depths(name: str) -> dict[str, int]:
    """How many messages wait, are in flight, and are delayed."""
    queue = named(name)
    return {
        "waiting": queue.approximate_number_of_messages,
        "in_flight": queue.approximate_number_of_messages_not_visible,
        "delayed": queue.approximate_number_of_messages_delayed,
    }


def messages(name: str) -> list[Any]:
    """All of its messages, oldest first: those that wait, are in flight or are delayed."""
    return list(named(name)._messages)


def waiting(name: str) -> list[Any]:
    """Those that a receive would find now."""
    found: list[Any] = named(name).messages
    return found


def send(name: str, body: str, attributes: dict[str, Any]) -> Any:
    """Puts a new message into a queue; its message."""
    return sqs_backends[ACCOUNT][REGION].send_message(name, body, message_attributes=dict(attributes))


def remove(name: str, message: Any) -> None:
    """Takes a message out of a queue."""
    queue = named(name)
    queue._messages.remove(message)
    queue.pending_messages.discard(message)
