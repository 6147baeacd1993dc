"""The journal: every write, published event and sent message, as AWS received them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from choreography.outbox import derived_id
from contracts.catalogue import read
from contracts.envelope import Event
from infra.simulation.story import SERVICES, Entry, Service
from shipping.webhook import CARRIER


@dataclass(frozen=True)
class Write:
    """A service's item as it was written."""

    service: Service
    order_id: str
    item: Mapping[str, Any]

    @property
    def version(self) -> int:
        return int(self.item["version"])

    @property
    def inbox(self) -> Mapping[str, Mapping[str, str]]:
        inbox: Mapping[str, Mapping[str, str]] = self.item["inbox"]
        return inbox

    @property
    def outbox(self) -> list[str]:
        return [outgoing["event"] for outgoing in self.item["outbox"]]

    @property
    def status(self) -> str:
        return self.service.status(self.service.state.model_validate(self.item))


@dataclass
class Journal:
    """The event log and the ledgers. The services do not write it, so their defects cannot falsify it."""

    items: dict[tuple[str, str], Write] = field(default_factory=dict)
    """The latest write by service and order."""
    ledgers: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """Entries of the gateway's and the carrier's ledgers, by order."""
    emitted: dict[str, Event[Any]] = field(default_factory=dict)
    """Every event in an outbox, by id, in the order in which they were written."""
    outside: set[str] = field(default_factory=set)
    """Ids of the carrier's messages."""
    texts: dict[str, str] = field(default_factory=dict)
    published: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How often each event was published."""
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    """Messages that functions sent: the queue, the body, and the reason, empty if none was given."""
    lines: list[str] = field(default_factory=list)
    """The run as text."""
    arrows: list[str] = field(default_factory=list)
    """The run as a Mermaid sequence."""

    def emit(self, text: str) -> None:
        event = read(text)
        self.emitted.setdefault(event.id, event)
        self.texts.setdefault(event.id, text)

    def heard(self, webhook_id: str) -> None:
        """The carrier sent a message with this id."""
        self.outside.add(derived_id(CARRIER, webhook_id))

    def entries(self, order_id: str) -> list[Entry]:
        return [
            Entry(f"{entry['kind']} {entry['outcome']}", entry["idempotency_key"])
            for entry in self.ledgers[order_id]
        ]

    def order_ids(self) -> list[str]:
        return [order_id for service, order_id in self.items if service == "order"]

    def status(self, service: str, order_id: str) -> str:
        """The order's status in the service: that of its last write, or of a fresh state."""
        found = self.items.get((service, order_id))
        if found is not None:
            return found.status
        fresh = next(s for s in SERVICES if s.name == service)
        return fresh.status(fresh.state())

    def say(self, at_seconds: float, text: str) -> None:
        self.lines.append(f"{at_seconds:12.3f}  {text}")
