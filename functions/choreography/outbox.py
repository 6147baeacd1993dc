"""From facts to events: who says it, about what, because of what, under which id."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from contracts.envelope import Event, Fact, describe

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


def events(facts: Iterable[Fact], origin: Origin, time: datetime) -> tuple[Event[Any], ...]:
    """The events that state `facts`, each the cause of the next.

    Without a cause, the order's own id is the seed of the first one's id.
    """
    told: list[Event[Any]] = []
    for fact in facts:
        cause = told[-1].id if told else origin.causationid
        told.append(
            describe(
                fact,
                id=derived_id(cause or origin.order_id, fact.type),
                source=origin.source,
                subject=origin.order_id,
                time=time,
                correlationid=origin.correlationid,
                causationid=cause,
            )
        )
    return tuple(told)
