"""The invariants at rest, for the simulation (virtual time) and the soak (real time)."""

from infra.simulation.journal import Journal
from infra.simulation.story import SERVICES, at_rest


def judgement(journal: Journal) -> list[str]:
    """The violations of invariants 1 to 5 of the design, by the ledgers and the event log."""
    orders = [wrong for order_id in journal.order_ids() for wrong in _order(journal, order_id)]
    return orders + _missed(journal)


def _order(journal: Journal, order_id: str) -> list[str]:
    """Checks that the order ended, and that the ledgers agree with every service."""
    states = []
    for service in SERVICES:
        written = journal.items.get((service.name, order_id))
        states.append(service.state.model_validate(written.item) if written else service.state())
    _, wrong = at_rest(states, journal.entries(order_id))
    return [f"at rest, {wrong} (order {order_id})"] if wrong else []


def _missed(journal: Journal) -> list[str]:
    """Checks that every event took effect in every service that reacts to it."""
    wrong = []
    for event in journal.emitted.values():
        for service in SERVICES:
            written = journal.items.get((service.name, event.order_id))
            if event.type in service.decisions.REACTIONS and (
                written is None or event.id not in written.inbox
            ):
                wrong.append(f"{service.name} never handled {event.type} (order {event.order_id})")
    return wrong
