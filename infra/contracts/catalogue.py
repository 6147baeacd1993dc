"""The catalogue in Markdown: each event with publisher, consumers, fields and an example."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from contracts.catalogue import EVENTS
from contracts.envelope import Payload
from infra.contracts.asyncapi import resolved
from infra.contracts.examples import PRODUCERS, example
from infra.contracts.landscape import Landscape
from infra.contracts.schemas import described, schema

_INTRODUCTION = """# Events

Written by `make contracts`, from the models and template.yaml; change those. Every event is a
[CloudEvent](https://cloudevents.io) in structured JSON, described by the schema that its `dataschema` names.
Within a major version, fields are only added; consumers ignore what they do not know. A new major version is
a type of its own, such as `order.placed.v2`, beside the old until every consumer reads it.
[asyncapi.json](asyncapi.json) has the topics and queues, [openapi.json](openapi.json) the HTTP API, and
[carrier.openapi.json](carrier.openapi.json) the API that a carrier implements."""

_PERSONAL = """## Personal data

Which service needs a field, for what, and how long it keeps it. No event carries card data: `payment_method`
is a token of the gateway, and an order with a card number there is refused. Ids of orders, payments and
refunds identify no person without access to Order's table.
No table deletes items by itself: "as long as the order" means until an operator deletes its item.
Point-in-time recovery keeps deleted items for 35 more days. The sandbox carrier's ledger has the country
alone; a carrier over HTTP is sent the address and what is in the parcel."""


def catalogue(landscape: Landscape) -> str:
    sections = [_INTRODUCTION, _overview(landscape)]
    sections += [_event(payload, landscape) for payload in EVENTS.values()]
    return "\n\n".join([*sections, _personal(landscape)]) + "\n"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _overview(landscape: Landscape) -> str:
    rows = [
        (f"[{kind}](#{kind.replace('.', '')})", payload.version, PRODUCERS[kind], _consumers(kind, landscape))
        for kind, payload in EVENTS.items()
    ]
    return _table(("Event", "Version", "Producer", "Consumers"), rows)


def _consumers(kind: str, landscape: Landscape) -> str:
    return ", ".join(landscape.consumers(kind))


def _event(payload: type[Payload], landscape: Landscape) -> str:
    producer = PRODUCERS[payload.type]
    rows = list(_rows("", data(payload)))
    return "\n\n".join(
        [
            f"## {payload.type}",
            described(payload),
            f"Version {payload.version} ([schema]({payload.type}/{payload.version}.json)). "
            f"Published by {producer} to {landscape.topic_of(producer)}; "
            f"read by {_consumers(payload.type, landscape)}.",
            _table(("Field", "Type", "Required", "About"), rows) if rows else "It says nothing more.",
            f"```json\n{json.dumps(example(payload.type), indent=2)}\n```",
        ]
    )


def data(payload: type[Payload]) -> dict[str, Any]:
    """The schema of what an event says, with its definitions in place."""
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


def _personal(landscape: Landscape) -> str:
    rows = [
        (kind, f"`{name}`", service, *need.split("; "))
        for kind, payload in EVENTS.items()
        for name, needs in personal_fields(data(payload))
        for service, need in sorted(needs.items())
    ]
    days = max(queue.retention_days for queue in landscape.queues.values())
    transit = (
        f"In transit: at most a day in a table's stream, at most {days} days in a queue, and as long again "
        "in a dead-letter queue. The answer to a request with an `Idempotency-Key` is kept for a day."
    )
    return "\n\n".join([_PERSONAL, _table(("Event", "Field", "Service", "What for", "Kept"), rows), transit])


def personal_fields(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """The fields that are marked as personal data, with the services that need them."""
    for name, field in node.get("properties", {}).items():
        if "x-personal-data" in field:
            yield path + name, field["x-personal-data"]
        yield from personal_fields(field.get("items", field), f"{path}{name}.")
