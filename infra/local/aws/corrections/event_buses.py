"""Corrections to moto's EventBridge: what PutEvents does, and listings with AWS's members and no null."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

from moto.events.models import EventsBackend
from moto.events.responses import EventsHandler

from infra.local.aws.event_bus import bus

LISTINGS = ("list_event_buses", "list_rule_names_by_target", "list_rules", "list_targets_by_rule")


def patches() -> Iterator[Any]:
    yield patch.object(EventsBackend, "put_events", bus.put)
    for name in LISTINGS:
        yield patch.object(EventsHandler, name, _as_described(getattr(EventsHandler, name)))


def _as_described(answer: Callable[[Any], tuple[str, Any]]) -> Callable[[Any], tuple[str, Any]]:
    def answered(handler: Any) -> tuple[str, Any]:
        body, headers = answer(handler)
        members = json.loads(body)
        for rule in members.get("Rules", ()):
            del rule["CreatedBy"]  # which DescribeRule alone answers
        return json.dumps({name: value for name, value in members.items() if value is not None}), headers

    return answered
