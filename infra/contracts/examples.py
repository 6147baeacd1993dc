"""The publisher of each fact, and a real event of each, from events/."""

import json
from typing import Any

from contracts.envelope import Fact
from infra import samples

PRODUCERS: dict[str, str] = {
    fact.type: service for service, facts in samples.EMITTED.items() for fact in facts
}
_FACTS: dict[str, Fact] = {fact.type: fact for facts in samples.EMITTED.values() for fact in facts}


def example(kind: str) -> dict[str, Any]:
    """An event in JSON, as it is sent."""
    wire: dict[str, Any] = json.loads(samples.event(PRODUCERS[kind], _FACTS[kind]).to_json())
    return wire
