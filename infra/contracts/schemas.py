"""JSON Schemas (2020-12) of the events, from their pydantic models. Each covers the whole CloudEvent."""

import inspect
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from contracts.catalogue import EVENTS
from contracts.envelope import SCHEMA_BASE, Event, Fact

DIALECT = GenerateJsonSchema.schema_dialect


class Untitled(GenerateJsonSchema):
    """Leaves titles out, since they would only repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema(fact: type[Fact]) -> dict[str, Any]:
    """The schema for a consumer of this version: it accepts every minor of its major, and unknown fields."""
    made = Event[fact].model_json_schema(schema_generator=Untitled)  # type: ignore[valid-type]  # known only when running
    about = {
        "$schema": DIALECT,
        "$id": fact.dataschema(),
        "title": f"{fact.type} {fact.version}",
        "description": described(fact),
    }
    made["properties"]["type"] = {"const": fact.type, "type": "string"}
    made["properties"]["dataschema"] |= {"format": "uri", "pattern": _every_minor(fact)}
    made["properties"]["source"] |= {"format": "uri-reference"}
    # Every event has these fields: the model's defaults are for code that creates events.
    made["required"] = sorted({*made["required"], "specversion", "datacontenttype"})
    return made | about


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas by path, such as order.placed/1.1.json."""
    return {f"{fact.type}/{fact.version}.json": schema(fact) for fact in EVENTS.values()}


def described(fact: type[Fact]) -> str:
    """The docstring in one line."""
    return " ".join((inspect.getdoc(fact) or "").split())


def _every_minor(fact: type[Fact]) -> str:
    major = fact.version.partition(".")[0]
    # Only dots are escaped: an escaped hyphen is an error in JavaScript, which reads schemas as well.
    prefix = f"{SCHEMA_BASE}/{fact.type}/{major}.".replace(".", r"\.")
    return f"^{prefix}[0-9]+$"
