"""The causal order of events: each after the event that caused it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

Event = TypeVar("Event", bound=Mapping[str, Any])


def in_causal_order(events: Iterable[Event]) -> list[Event]:
    """Sorts events (`id`, `time`, `causationid`): each after its cause, otherwise by time.

    The clocks of several machines differ, so times order only events that no chain of causes connects. An
    event whose cause is not among the events is not held back.
    """
    left = {event["id"]: event for event in sorted(events, key=lambda event: (event["time"], event["id"]))}
    ordered = []
    while left:
        following = next(event for event in left.values() if event.get("causationid") not in left)
        ordered.append(left.pop(following["id"]))
    return ordered
