"""JSON Schemas (2020-12) of the events, made from their pydantic models.

Each describes the whole CloudEvent.
"""

import inspect
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from contracts.catalogue import EVENTS
from contracts.envelope import SCHEMA_BASE, Event, Payload

DIALECT = GenerateJsonSchema.schema_dialect


class Untitled(GenerateJsonSchema):
    """Omits titles, which would only repeat the names of the fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema(payload: type[Payload]) -> dict[str, Any]:
    """The schema for a consumer. It accepts every minor version of the major version, and unknown fields."""
    made = Event[payload].model_json_schema(schema_generator=Untitled)  # type: ignore[valid-type]  # known only when running
    about = {
        "$schema": DIALECT,
        "$id": payload.dataschema(),
        "title": f"{payload.type} {payload.version}",
        "description": described(payload),
    }
    made["properties"]["type"] = {"const": payload.type, "type": "string"}
    made["properties"]["dataschema"] |= {"format": "uri", "pattern": _every_minor(payload)}
    made["properties"]["source"] |= {"format": "uri-reference"}
    # Every event has these fields. The model's defaults are for code that creates events.
    made["required"] = sorted({*made["required"], "specversion", "datacontenttype"})
    return made | about


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas by path, such as order.placed/1.1.json."""
    return {f"{payload.type}/{payload.version}.json": schema(payload) for payload in EVENTS.values()}


def resolved(node: Any, definitions: dict[str, Any]) -> Any:
    """A schema with each `$ref` replaced by its definition."""
    if isinstance(node, dict):
        if "$ref" in node:
            rest = {name: value for name, value in node.items() if name != "$ref"}
            named = definitions[node["$ref"].rpartition("/")[2]]
            return resolved(named, definitions) | rest
        return {name: resolved(value, definitions) for name, value in node.items()}
    if isinstance(node, list):
        return [resolved(value, definitions) for value in node]
    return node


def described(payload: type[Payload]) -> str:
    """The model's docstring in one line."""
    return " ".join((inspect.getdoc(payload) or "").split())


def _every_minor(payload: type[Payload]) -> str:
    major = payload.version.partition(".")[0]
    # Only dots are escaped: an escaped hyphen is an error in JavaScript, which reads schemas as well.
    prefix = f"{SCHEMA_BASE}/{payload.type}/{major}.".replace(".", r"\.")
    return f"^{prefix}[0-9]+$"
