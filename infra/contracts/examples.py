"""The publisher of each event type, and a sample event of each type."""

import json
from typing import Any

from infra.samples.sample_order import PAYLOADS, PRODUCERS, event

__all__ = ["PRODUCERS", "example"]


def example(kind: str) -> dict[str, Any]:
    """A sample event of this type, in the JSON that SNS delivers."""
    wire: dict[str, Any] = json.loads(event(PRODUCERS[kind], PAYLOADS[kind]).to_json())
    return wire
