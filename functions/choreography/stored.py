"""The stored form: the attributes of a service's item, and which part of an event they keep.

| attribute | content |
| --- | --- |
| `order_id` | the table's key |
| `format` | FORMAT: the number of this form |
| `version` | the number of the write that made the item; the condition of the next write |
| `inbox` | the idempotency records: a receipt of each handled event, by the event's id |
| `outbox` | an entry for each emitted event, in the order of emission |
| `emits` | how many of the last entries this write added; absent if none |
| every other | the service's state |

A receipt and an entry have the event's `type` and its `time`, in seconds since 1970. An entry also has the
event's `data` and `schema`, the `major.minor` of its dataschema. Every other attribute of the envelope is
kept only where it differs from what a reader expects:

- `source`: the publisher of the type, by the catalogue
- `correlationid` of an entry: that of the entry before it
- `causationid` of an entry: the event of the entry before it
- `causationid` of a receipt: the event from which the receipt's id derives
- `id` of an entry: the id that derives from its cause

So an order of three articles stays under 1 KB for its whole life, and each write costs one write unit.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic

from choreography.decisions import StateT
from choreography.errors import UnknownFormat
from choreography.outbox import derived_id
from contracts.catalogue import publisher
from contracts.envelope import Event, dataschema, escaped

FORMAT = 1
"""Code reads and writes this format only. In any other, it raises UnknownFormat, so it never rewrites an item
that it does not fully understand. To change the form, deploy twice: first code that reads both formats and
writes the old one, then code that writes the new one (docs/decisions/0035-a-compact-stored-form.md)."""

RESERVED = frozenset({"order_id", "format", "version", "inbox", "outbox", "emits"})
"""The attributes that every service's items have beside their state."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Entry = Mapping[str, Any]
Envelope = dict[str, Any]
"""An event in structured form. A receipt's lacks `data` and what only the publisher knows."""


@dataclass(frozen=True)
class Record(Generic[StateT]):
    """A service's record of an order. Version 0 means that the table has no item of the order yet."""

    order_id: str
    state: StateT
    version: int = 0
    inbox: Mapping[str, Entry] = field(default_factory=dict)
    """Receipts by event id. An order has few, and they never expire."""
    outbox: tuple[Entry, ...] = ()
    """Entries of all emitted events. They stay, so that `choreo republish` can publish the events again."""
    emits: int = 0
    """How many of the last entries the last write added."""
    unknown: Mapping[str, Any] = field(default_factory=dict)
    """Attributes that another version of the code wrote. They are kept unchanged: during a rollout, two
    versions handle events of the same order."""

    @property
    def published(self) -> list[Envelope]:
        """All events that the order emitted."""
        return published(self.order_id, self.outbox)


def to_item(record: Record[Any]) -> dict[str, Any]:
    """The item of a record."""
    item = {
        **record.unknown,
        **record.state.model_dump(mode="json"),
        "order_id": record.order_id,
        "format": FORMAT,
        "version": record.version,
        "inbox": record.inbox,
        "outbox": [*record.outbox],
    }
    return item | {"emits": record.emits} if record.emits else item


def to_record(item: Mapping[str, Any], state: type[StateT]) -> Record[StateT]:
    """The record of an item. Its state gets `event_types`, the types of all events handled and emitted.

    Raises UnknownFormat.
    """
    check_format(item)
    event_types = {entry["type"] for entry in (*item["inbox"].values(), *item["outbox"])}
    return Record(
        order_id=item["order_id"],
        state=state.model_validate({**item, "event_types": event_types}),
        version=int(item["version"]),
        inbox=item["inbox"],
        outbox=tuple(item["outbox"]),
        emits=int(item.get("emits", 0)),
        unknown={n: v for n, v in item.items() if n not in RESERVED and n not in state.model_fields},
    )


def check_format(item: Mapping[str, Any]) -> None:
    """Raises UnknownFormat unless the item has this FORMAT."""
    if (found := item.get("format")) != FORMAT:
        raise UnknownFormat(
            f"order {item['order_id']} is stored in format {found}; this code reads format {FORMAT}"
        )


def receipt(event: Event[Any]) -> Entry:
    """The idempotency record of a handled event."""
    kept: dict[str, Any] = {"type": event.type, "time": _seconds(event.time)}
    if event.source != publisher(event.type):
        kept["source"] = event.source
    if event.causationid is not None and event.id != derived_id(event.causationid, event.type):
        kept["causationid"] = event.causationid
    return kept


def entries(events: Iterable[Event[Any]], read: Record[Any]) -> Iterator[Entry]:
    """The entries of new events of a record."""
    last = read.published[-1] if read.outbox else None
    for event in events:
        actual = {name: getattr(event, name) for name in ("id", "source", "correlationid", "causationid")}
        expected = _expected(event.subject, event.type, event.causationid, last)
        yield {
            "type": event.type,
            "time": _seconds(event.time),
            "schema": event.data.version,
            **{name: value for name, value in actual.items() if value != expected[name]},
            "data": event.data.model_dump(mode="json", exclude_none=True),
        }
        last = actual


def published(order_id: str, outbox: Iterable[Entry]) -> list[Envelope]:
    """The events of an outbox."""
    events: list[Envelope] = []
    for entry in outbox:
        events.append(_envelope(order_id, entry, events[-1] if events else None))
    return events


def emitted(item: Mapping[str, Any]) -> list[Envelope]:
    """The events that the item's last write emitted. Raises UnknownFormat."""
    check_format(item)
    events = published(item["order_id"], item["outbox"])
    return events[len(events) - int(item.get("emits", 0)) :]


def event_json(event: Envelope) -> str:
    """The event's structured JSON. It is always the same, although DynamoDB does not keep a map's order."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_number)
    return escaped(text)


def known_events(*records: Record[Any]) -> list[Envelope]:
    """All events of one order that its records published or received, each once."""
    events = {event["id"]: event for record in records for event in record.published}
    receipts = {event_id: entry for record in records for event_id, entry in record.inbox.items()}
    ids = {*events, *receipts}
    received = [_received(event_id, entry, ids) for event_id, entry in receipts.items()]
    return [*(event for event in received if event["id"] not in events), *events.values()]


def _expected(order_id: str, kind: str, cause: str | None, last: Envelope | None) -> Envelope:
    """The attributes that the entry of an event need not have."""
    return {
        "id": derived_id(cause or order_id, kind),
        "source": publisher(kind),
        "correlationid": last["correlationid"] if last else None,
        "causationid": last["id"] if last else None,
    }


def _envelope(order_id: str, entry: Entry, last: Envelope | None) -> Envelope:
    kind = entry["type"]
    cause = entry.get("causationid", last["id"] if last else None)
    whole = {**_expected(order_id, kind, cause, last), **entry}
    envelope = {
        "specversion": "1.0",
        "id": whole["id"],
        "source": whole["source"],
        "type": kind,
        "subject": order_id,
        "time": _text(entry["time"]),
        "datacontenttype": "application/json",
        "dataschema": dataschema(kind, entry["schema"]),
        "correlationid": whole["correlationid"],
        "causationid": cause,
        "data": entry["data"],
    }
    return {name: value for name, value in envelope.items() if value is not None}


def _received(event_id: str, entry: Entry, known: Iterable[str]) -> Envelope:
    """What a receipt tells. Its cause is known only if that event is among the `known` ones."""
    kind = entry["type"]
    derived = next((cause for cause in known if derived_id(cause, kind) == event_id), None)
    event = {
        "id": event_id,
        "source": entry.get("source", publisher(kind)),
        "type": kind,
        "time": _text(entry["time"]),
        "causationid": entry.get("causationid", derived),
    }
    return {name: value for name, value in event.items() if value is not None}


def _seconds(time: datetime) -> Decimal:
    return Decimal((time - EPOCH) // MICROSECOND).scaleb(-6)


def _text(seconds: Decimal) -> str:
    return (EPOCH + int(seconds.scaleb(6)) * MICROSECOND).isoformat().replace("+00:00", "Z")


def _number(number: Decimal) -> int | float:
    return float(number) if number % 1 else int(number)
