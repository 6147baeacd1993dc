"""The invariants when no message waits, for the simulation (virtual time) and the soak test (real time)."""

from typing import Any

from choreography.decisions import State
from contracts.envelope import Event
from infra.simulation.invariants import final_violation
from infra.simulation.journal import Journal
from infra.simulation.services import SERVICES

SHOWN = {
    "rejected": ("reason",),
    "shipped": ("tracking_number",),
    "completed": ("tracking_number", "delivered_at"),
}
"""What Order shows a customer of an order in its final status."""


def final_violations(journal: Journal) -> list[str]:
    """The violations of invariants 1 to 5 of the design, by the ledgers and the event log."""
    orders = [found for order_id in journal.order_ids() for found in _order_violations(journal, order_id)]
    events = [
        f"{found} (order {event.order_id})"
        for event in journal.emitted.values()
        for found in not_handled(journal, event)
    ]
    return orders + events


def _order_violations(journal: Journal, order_id: str) -> list[str]:
    """Checks that the order ended, and that every service agrees with the ledgers."""
    states = []
    for service in SERVICES:
        written = journal.items.get((service.name, order_id))
        states.append(written.record.state if written else service.state())
    status, violation = final_violation(states, journal.entries(order_id))
    wrongs = [violation, *not_shown(status, states[0])]
    return [f"in the end, {wrong} (order {order_id})" for wrong in wrongs if wrong]


def not_shown(status: str, order: State) -> list[str]:
    """What a customer must see of an order in this final status, and Order does not show."""
    shown = order.model_dump()
    return [f"the order is {status} without {name}" for name in SHOWN.get(status, ()) if not shown[name]]


def not_handled(journal: Journal, event: Event[Any]) -> list[str]:
    """A sentence for each service that reacts to an event and never handled it."""
    violations = []
    for service in journal.services:
        written = journal.items.get((service.name, event.order_id))
        missing = written is None or event.id not in written.inbox
        if event.type in service.decisions.REACTIONS and missing:
            violations.append(f"{service.name} never handled {event.type}")
    return violations
