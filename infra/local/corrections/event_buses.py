"""Corrections to moto's EventBridge: PutEvents checks entries, matches rules and sends events as AWS does."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from moto.events.models import EventsBackend

from infra.local.event_bus import bus


def patches() -> Iterator[Any]:
    yield patch.object(EventsBackend, "put_events", bus.put)
