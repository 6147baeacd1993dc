"""PutEvents: accepts entries, and sends each event to the targets of the rules that it matches.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

from moto.events.models import events_backends

from infra.local.aws import function_targets
from infra.local.aws.event_bus.targets import deliver
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.patterns.patterns import Pattern, compile_pattern

REQUIRED = ("Source", "DetailType", "Detail")
DISABLED = "DISABLED"

Entry = Mapping[str, Any]


class EntryRefused(Exception):
    """AWS refuses this entry with a code and a message, and accepts the others."""


def put(backend: Any, entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Return AWS's answer to each entry, in order: the event's id, or an error. `backend` is moto's."""
    return [_put(backend, entry) for entry in entries]


def run(rule_arn: str, event: Entry) -> None:
    """Send the event of a scheduled rule of the default bus to the rule's targets."""
    for rule in list(events_backends[ACCOUNT][REGION].event_buses["default"].rules.values()):
        if rule.arn == rule_arn and rule.state != DISABLED:
            deliver(rule, event)


def _put(backend: Any, entry: Entry) -> dict[str, str]:
    try:
        event = _event(entry)
    except EntryRefused as refused:
        code, message = refused.args
        return {"ErrorCode": code, "ErrorMessage": message}
    name = entry.get("EventBusName") or "default"
    bus = next((each for each in backend.event_buses.values() if name in (each.name, each.arn)), None)
    if bus is None:
        # AWS drops the event and answers with its id (LocalStack's test_put_events_nonexistent_event_bus).
        function_targets.report(
            f"PutEvents: an event from {event['source']} is lost; there is no event bus {name}"
        )
        return {"EventId": event["id"]}
    for rule in list(bus.rules.values()):
        if rule.state != DISABLED and _pattern(rule.event_pattern.dump())(event):
            deliver(rule, event)
    return {"EventId": event["id"]}


def _event(entry: Entry) -> dict[str, Any]:
    """Return the event that EventBridge makes of an entry. Raises EntryRefused."""
    for name in REQUIRED:
        if not entry.get(name):
            message = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            raise EntryRefused("InvalidArgument", message)
    if entry["Source"].startswith("aws."):
        raise EntryRefused("NotAuthorizedForSourceException", "Not authorized for the source.")
    given = entry.get("Time")
    moment = datetime.now(UTC) if given is None else datetime.fromtimestamp(given, UTC)
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": ACCOUNT,
        "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": list(entry.get("Resources") or ()),
        "detail": _detail(entry["Detail"]),
    }


def _detail(text: str) -> dict[str, Any]:
    try:
        detail = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        detail = None
    if not isinstance(detail, dict):
        raise EntryRefused("MalformedDetail", "Detail is malformed.")
    return detail


def _refuse_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python's parser accepts, but JSON does not have."""
    raise ValueError(name)


@lru_cache(maxsize=1024)
def _pattern(text: str | None) -> Pattern:
    """The pattern of a rule. A rule that has only a schedule has no pattern and matches no event."""
    return compile_pattern(json.loads(text)) if text else lambda _: False
