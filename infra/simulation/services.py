"""The services as the simulation knows them: decisions, states, transition tables and functions."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import order.decisions
import order.state
import payment.decisions
import payment.state
import shipping.decisions
import shipping.state
from choreography.decisions import State, Transitions


@dataclass(frozen=True)
class Service:
    """A service: its decision functions, the class and status of its state, and its legal transitions."""

    name: str
    source: str
    decisions: ModuleType
    state: type[State]
    status: Callable[[Any], str]
    transitions: Transitions


SERVICES = (
    Service(
        "order",
        order.state.SOURCE,
        order.decisions,
        order.state.Order,
        lambda state: order.state.status(state.event_types),
        order.state.TRANSITIONS,
    ),
    Service(
        "payment",
        payment.state.SOURCE,
        payment.decisions,
        payment.state.Payment,
        lambda state: str(state.status),
        payment.state.TRANSITIONS,
    ),
    Service(
        "shipping",
        shipping.state.SOURCE,
        shipping.decisions,
        shipping.state.Shipment,
        lambda state: str(state.status),
        shipping.state.TRANSITIONS,
    ),
)


def further(name: str) -> Service | None:
    """A service that the project has beside SERVICES, as `choreo new service` makes it: only its events are
    known. None if its package has another form.
    """
    try:
        decisions, source = import_module(f"{name}.decisions"), import_module(f"{name}.state").SOURCE
    except (ImportError, AttributeError):
        return None
    return (
        Service(name, source, decisions, State, lambda _: "", {}) if hasattr(decisions, "REACTIONS") else None
    )


SIMULATED = {
    *("OrderConsumer", "OrderExpiry", "PaymentConsumer", "ShippingConsumer"),
    *("OrderRelay", "PaymentRelay", "ShippingRelay"),
}
"""The functions with a queue or a stream that the simulation invokes. It cannot check what others do."""
