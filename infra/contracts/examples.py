"""The publisher of each event type, and a sample event of each type."""

import json
from typing import Any

from contracts.envelope import Payload
from infra.samples.sample_order import EMITTED, event

PRODUCERS: dict[str, str] = {
    payload.type: service for service, payloads in EMITTED.items() for payload in payloads
}
_PAYLOADS: dict[str, Payload] = {
    payload.type: payload for payloads in EMITTED.values() for payload in payloads
}


def example(kind: str) -> dict[str, Any]:
    """A sample event of this type, in the JSON that SNS delivers."""
    wire: dict[str, Any] = json.loads(event(PRODUCERS[kind], _PAYLOADS[kind]).to_json())
    return wire
