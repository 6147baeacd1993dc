"""The journal: every write, published event and sent message, as AWS received it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from choreography.stored import Record, event_json, to_record
from contracts.envelope import Event
from infra.simulation.events import read
from infra.simulation.external_services import Entry
from infra.simulation.services import SERVICES, Service
from shipping.webhook import delivery_id


@dataclass(frozen=True)
class Write:
    """An item that a service wrote."""

    service: Service
    order_id: str
    item: Mapping[str, Any]

    @cached_property
    def record(self) -> Record[Any]:
        return to_record(self.item, self.service.state)

    @property
    def version(self) -> int:
        return self.record.version

    @property
    def inbox(self) -> Mapping[str, Mapping[str, Any]]:
        return self.record.inbox

    @property
    def outbox(self) -> list[str]:
        """The JSON of each event that the service emitted."""
        return [event_json(event) for event in self.record.published]

    @property
    def status(self) -> str:
        return self.service.status(self.record.state)


@dataclass
class Journal:
    """The event log and the ledgers. The simulation writes it, so a service's defect cannot falsify it."""

    services: tuple[Service, ...] = SERVICES
    """The services whose writes the journal has."""
    items: dict[tuple[str, str], Write] = field(default_factory=dict)
    """The latest write by service and order."""
    ledgers: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """Entries of the gateway's and the carrier's ledgers, by order."""
    emitted: dict[str, Event[Any]] = field(default_factory=dict)
    """Every event that a service wrote into an outbox, by id, in the order of the writes."""
    carrier_events: set[str] = field(default_factory=set)
    """Ids of the events that Shipping derives from the carrier's messages."""
    texts: dict[str, str] = field(default_factory=dict)
    """The JSON of each event, by id."""
    published: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How often each event was published."""
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    """Messages that functions sent: queue, body, and the reason for dead-lettering (empty if there is none).
    """
    lines: list[str] = field(default_factory=list)
    """The run as text."""
    arrows: list[str] = field(default_factory=list)
    """The run as lines of a Mermaid sequence diagram."""

    def emit(self, text: str) -> None:
        """Records an event that a service wrote into its outbox."""
        event = read(text)
        self.emitted.setdefault(event.id, event)
        self.texts.setdefault(event.id, text)

    def record_report(self, order_id: str) -> None:
        """Records that the carrier reported the delivery of this order's parcel."""
        self.carrier_events.add(delivery_id(order_id))

    def entries(self, order_id: str) -> list[Entry]:
        return [
            Entry(f"{entry['kind']} {entry['outcome']}", entry["idempotency_key"])
            for entry in self.ledgers[order_id]
        ]

    def order_ids(self) -> list[str]:
        return [order_id for service, order_id in self.items if service == "order"]

    def status(self, service: str, order_id: str) -> str:
        """The order's status in the service, by its last write; the first status if there is none."""
        found = self.items.get((service, order_id))
        if found is not None:
            return found.status
        named = next(s for s in SERVICES if s.name == service)
        return named.status(named.state())

    def say(self, at_seconds: float, text: str) -> None:
        self.lines.append(f"{at_seconds:12.3f}  {text}")
