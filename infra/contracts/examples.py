"""The publisher of each payload, and a real event of each, from events/."""

import json
from typing import Any

from contracts.envelope import Payload
from infra import samples

PRODUCERS: dict[str, str] = {
    payload.type: service for service, payloads in samples.EMITTED.items() for payload in payloads
}
_PAYLOADS: dict[str, Payload] = {
    payload.type: payload for payloads in samples.EMITTED.values() for payload in payloads
}


def example(kind: str) -> dict[str, Any]:
    """An event in JSON, as it is sent."""
    wire: dict[str, Any] = json.loads(samples.event(PRODUCERS[kind], _PAYLOADS[kind]).to_json())
    return wire
