"""Checks a message body against the contract of its event, before a user sends it."""

import json
from typing import Any

from pydantic import ValidationError

from contracts.catalogue import EVENTS, ContractError, UnknownType, read


def check(body: str) -> dict[str, Any]:
    """The schema that applies to the body, and its problems, for which consumers refuse the body."""
    try:
        event = json.loads(body)
    except json.JSONDecodeError as error:
        return _result(None, (f"line {error.lineno}, column {error.colno}", error.msg))
    schema = _schema(event)
    try:
        read(body)
    except UnknownType:
        return _result(None, ("type", "not in this project's catalogue: its consumers ignore the event"))
    except ContractError as error:
        return _result(schema, *_problems(error))
    return _result(schema)


def _schema(event: Any) -> str | None:
    payload = EVENTS.get(str(event.get("type"))) if isinstance(event, dict) else None
    return f"{payload.type} {payload.version}" if payload else None


def _problems(error: ContractError) -> list[tuple[str, str]]:
    if isinstance(error.__cause__, ValidationError):
        found = error.__cause__.errors(include_url=False)
        return [(".".join(map(str, each["loc"])) or "message", each["msg"]) for each in found]
    place, _, reason = str(error).partition(": ")
    return [(place, reason)]


def _result(schema: str | None, *problems: tuple[str, str]) -> dict[str, Any]:
    return {"schema": schema, "problems": [{"place": place, "reason": reason} for place, reason in problems]}
