"""Reports each new record of a queue or a stream, so that its event source mappings poll at once.

A call may write to another service: SNS sends to queues.
"""

from collections.abc import Callable

Listener = Callable[[str], None]
"""Takes the ARN of the queue or the stream."""

_listeners: list[Listener] = []


def report_to(listener: Listener) -> None:
    """Sets the listener. Before the first call, there is none."""
    _listeners[:] = [listener]


def report(source_arn: str) -> None:
    """Reports a record that can be read now."""
    for listener in _listeners:
        listener(source_arn)
