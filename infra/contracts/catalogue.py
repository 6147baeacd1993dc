"""The event catalogue in Markdown: each event with its publisher, consumers, fields and an example."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from contracts.catalogue import EVENTS
from contracts.envelope import Payload
from infra.contracts.examples import PRODUCERS, example
from infra.contracts.schemas import described, resolved, schema
from infra.contracts.template_topology import TemplateTopology

_INTRODUCTION = """# Events

`make contracts` writes this file from the models and template.yaml: change those instead. Every event is a
[CloudEvent](https://cloudevents.io) in structured JSON. Its `dataschema` names its schema. A minor version
only adds fields, and consumers ignore unknown fields. A new major version is another type, such as
`order.placed.v2`, which the service publishes beside the old type until every consumer reads it.
[asyncapi.json](asyncapi.json) describes the topics and queues, [openapi.json](openapi.json) the HTTP API,
and [carrier.openapi.json](carrier.openapi.json) the API that a carrier implements."""

_PERSONAL = """## Personal data

The table lists which service needs a field, its purpose, and how long the service keeps it. No event has
card data: `payment_method` is a token of the gateway, and the API rejects an order with a card number
there. Ids of orders, payments and refunds identify a person only together with Order's table. No table
deletes items by itself: "as long as the order" means until an operator deletes its item. Point-in-time
recovery keeps deleted items for 35 more days. The sandbox carrier's ledger has only the country. Shipping
sends a carrier over HTTP the address and the items."""


def catalogue(topology: TemplateTopology) -> str:
    """The text of CATALOGUE.md."""
    sections = [_INTRODUCTION, _overview(topology)]
    sections += [_event(payload, topology) for payload in EVENTS.values()]
    return "\n\n".join([*sections, _personal(topology)]) + "\n"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _overview(topology: TemplateTopology) -> str:
    rows = [
        (f"[{kind}](#{kind.replace('.', '')})", payload.version, PRODUCERS[kind], _consumers(kind, topology))
        for kind, payload in EVENTS.items()
    ]
    return _table(("Event", "Version", "Producer", "Consumers"), rows)


def _consumers(kind: str, topology: TemplateTopology) -> str:
    return ", ".join(topology.consumers(kind))


def _event(payload: type[Payload], topology: TemplateTopology) -> str:
    producer = PRODUCERS[payload.type]
    rows = list(_rows("", data(payload)))
    return "\n\n".join(
        [
            f"## {payload.type}",
            described(payload),
            f"Version {payload.version} ([schema]({payload.type}/{payload.version}.json)). "
            f"Publisher: {producer}, to {topology.topic_of(producer)}. "
            f"Consumers: {_consumers(payload.type, topology)}.",
            _table(("Field", "Type", "Required", "Description"), rows) if rows else "The event has no data.",
            f"```json\n{json.dumps(example(payload.type), indent=2)}\n```",
        ]
    )


def data(payload: type[Payload]) -> dict[str, Any]:
    """The schema of an event's `data`, with its definitions inlined."""
    made = schema(payload)
    flat: dict[str, Any] = resolved(made["properties"]["data"], made["$defs"])
    return flat


def _rows(path: str, node: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, field in node.get("properties", {}).items():
        required = "yes" if name in node.get("required", ()) else f"no: {json.dumps(field.get('default'))}"
        yield f"`{path}{name}`", _type(field), required, field.get("description", "")
        inner, suffix = (field["items"], "[].") if "items" in field else (field, ".")
        yield from _rows(f"{path}{name}{suffix}", inner)


def _type(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(map(_type, field["anyOf"]))
    if "enum" in field:
        return " or ".join(map(json.dumps, field["enum"]))
    limits = [
        f"{name} {field[name]}"
        for name in ("format", "minLength", "maxLength", "exclusiveMinimum", "pattern")
        if name in field
    ]
    return ", ".join([field["type"], *limits])


def _personal(topology: TemplateTopology) -> str:
    rows = [
        (kind, f"`{name}`", service, *need.split("; "))
        for kind, payload in EVENTS.items()
        for name, needs in personal_fields(data(payload))
        for service, need in sorted(needs.items())
    ]
    days = max(queue.retention_days for queue in topology.queues.values())
    transit = (
        f"In transit: at most a day in a table's stream, {days} days in a queue, and {days} more days "
        "in a dead-letter queue. Order keeps its answer to a request with an `Idempotency-Key` for a day."
    )
    return "\n\n".join(
        [_PERSONAL, _table(("Event", "Field", "Service", "Purpose", "Kept for"), rows), transit]
    )


def personal_fields(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """The fields marked as personal data, with the services that need them."""
    for name, field in node.get("properties", {}).items():
        if "x-personal-data" in field:
            yield path + name, field["x-personal-data"]
        yield from personal_fields(field.get("items", field), f"{path}{name}.")
