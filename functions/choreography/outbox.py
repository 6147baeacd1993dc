"""Makes events of payloads: adds source, subject, cause and a derived id."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from contracts.envelope import Event, Payload, to_event

NAMESPACE = UUID("6f0c5cbe-51d2-5f0b-9f63-8f1f3c6e2a10")


def derived_id(cause: str, name: str) -> str:
    """A UUIDv5: the same cause and name always give the same id, so that consumers recognise repetitions."""
    return str(uuid5(NAMESPACE, f"{cause}/{name}"))


@dataclass(frozen=True)
class Origin:
    """Where events come from: the publisher, the order, and the chain that led here."""

    source: str
    order_id: str
    correlationid: str
    causationid: str | None


def events(payloads: Iterable[Payload], origin: Origin, time: datetime) -> tuple[Event[Any], ...]:
    """An event for each payload. Each event is the cause of the next one.

    Without a cause, the first event's id is derived from the order's id.
    """
    made: list[Event[Any]] = []
    for payload in payloads:
        cause = made[-1].id if made else origin.causationid
        made.append(
            to_event(
                payload,
                id=derived_id(cause or origin.order_id, payload.type),
                source=origin.source,
                subject=origin.order_id,
                time=time,
                correlationid=origin.correlationid,
                causationid=cause,
            )
        )
    return tuple(made)
