"""The invariants when no message waits, for the simulation (virtual time) and the soak test (real time)."""

from infra.simulation.invariants import final_violation
from infra.simulation.journal import Journal
from infra.simulation.services import SERVICES


def final_violations(journal: Journal) -> list[str]:
    """The violations of invariants 1 to 5 of the design, by the ledgers and the event log."""
    orders = [found for order_id in journal.order_ids() for found in _order_violations(journal, order_id)]
    events = [
        f"{found} (order {order_id})"
        for order_id in sorted({event.order_id for event in journal.emitted.values()})
        for found in unhandled_events(journal, order_id)
    ]
    return orders + events


def _order_violations(journal: Journal, order_id: str) -> list[str]:
    """Checks that the order ended, and that every service agrees with the ledgers."""
    states = []
    for service in SERVICES:
        written = journal.items.get((service.name, order_id))
        states.append(written.record.state if written else service.state())
    _, violation = final_violation(states, journal.entries(order_id))
    return [f"in the end, {violation} (order {order_id})"] if violation else []


def unhandled_events(journal: Journal, order_id: str) -> list[str]:
    """The events of an order that a service reacts to and never handled."""
    violations: list[str] = []
    for event in journal.emitted.values():
        for service in SERVICES:
            written = journal.items.get((service.name, order_id))
            missing = written is None or event.id not in written.inbox
            if event.order_id == order_id and event.type in service.decisions.REACTIONS and missing:
                violations.append(f"{service.name} never handled {event.type}")
    return violations
