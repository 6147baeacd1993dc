"""Runs a service's decision functions over a sequence of events, as its consumer does."""

from collections.abc import Sequence
from typing import Any

from contracts.envelope import Event
from payment.gateway import Captured, Charge, Refund, Refunded
from shipping.carrier import Dispatch, Dispatched

ANSWERS: dict[type, Any] = {
    Charge: Captured("pi_1"),
    Refund: Refunded("re_1"),
    Dispatch: Dispatched("SBX1"),
}
"""The answers of the gateway and the carrier, by the type of the request."""


def run(
    module: Any, state: Any, history: Sequence[Event[Any]], answers: dict[type, Any] = ANSWERS
) -> tuple[Any, list[str]]:
    """Return the state and the emitted event types after a sequence of events, each handled once."""
    emitted: list[str] = []
    seen: set[str] = set()
    for event in history:
        if event.id in seen:
            continue
        seen.add(event.id)
        decision = module.REACTIONS[event.type](state, event)
        if decision.effect is not None:
            decision = module.outcome(decision.state, event, answers[type(decision.effect)])
        state = decision.state
        emitted += [payload.type for payload in decision.payloads]
    return state, emitted
