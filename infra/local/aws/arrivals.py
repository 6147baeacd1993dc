"""Reports each message that a queue gets from any service, so that its event source mapping polls at once."""

from collections.abc import Callable

Listener = Callable[[str], None]
"""Takes the ARN of the queue."""

_listeners: list[Listener] = []


def report_to(listener: Listener) -> None:
    """Sets the listener. Before the first call, there is none."""
    _listeners[:] = [listener]


def report(queue_arn: str) -> None:
    """Reports a message that can be received now."""
    for listener in _listeners:
        listener(queue_arn)
