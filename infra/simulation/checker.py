"""The safety invariants, checked at every write and every message."""

from collections import Counter
from typing import Any

from contracts.catalogue import ContractError, UnknownType
from infra.simulation.events import read
from infra.simulation.invariants import ledger_violation
from infra.simulation.journal import Journal, Write
from infra.simulation.services import Service
from order.state import placed_order

PUBLISHERS = {"order": "order.", "payment": "payment.", "shipping": "shipment."}


class Checker:
    """Records the journal and the violations (`wrong`).

    It raises nothing, because it runs within handlers.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.wrong: list[str] = []
        self.transitions: Counter[tuple[str, str, str]] = Counter()
        """Transitions that occurred: service, status before, status after."""
        self.deliveries: Counter[tuple[str, str, str]] = Counter()
        """Deliveries that occurred: service, event type, and the order's status in the service at that time.
        """

    def entered(self, entry: dict[str, Any]) -> None:
        """Checks a new entry in the ledger of the gateway or the carrier."""
        order_id = entry["order_id"]
        self.journal.ledgers[order_id].append(entry)
        self._report(ledger_violation(self.journal.entries(order_id)), order_id)
        placed = self.journal.items.get(("order", order_id))
        if placed is None:
            self._report(f"{entry['kind']} for an order that was never placed", order_id)
        elif entry["kind"] in ("charge", "refund"):
            total = placed_order(placed.record).amount_minor
            if int(entry["amount_minor"]) != total:
                self._report(
                    f"{entry['kind']} of {entry['amount_minor']}, where the total is {total}", order_id
                )
        elif entry["country"] != placed_order(placed.record).shipping_address.country:
            self._report("a parcel to another address", order_id)

    def wrote(self, service: Service, item: dict[str, Any]) -> None:
        """Checks a write of an order's item by a service."""
        after = Write(service, item["order_id"], item)
        before = self.journal.items.get((service.name, after.order_id))
        self._check_version(before, after)
        self._check_transition(before, after)
        self._check_inbox(before, after)
        self._check_outbox(before, after)
        self.journal.items[service.name, after.order_id] = after

    def published(self, service: str, text: str) -> None:
        """Checks a message that a topic accepted."""
        try:
            event = read(text)
        except (ContractError, UnknownType) as error:
            self._report(f"{service} publishes an unreadable event: {error}", "")
            return
        if self.journal.texts.get(event.id) != text:
            self._report(f"{event.type} was published, but no outbox has this event", event.order_id)
        self.journal.published[event.id] += 1

    def received(self, queue: str, receive_count: int, at_most: int | None) -> None:
        """Checks the receive count of a message against the queue's `maxReceiveCount`."""
        if at_most is not None and receive_count > at_most:
            self._report(f"SQS delivered a message of {queue} {receive_count} times", "")

    def acknowledged(self, service: Service, dead_letters: str, queue: str, body: str, since: int) -> None:
        """Checks an acknowledged message: the service handled it, ignores it, or sent it to another queue.

        `since` is the number of messages that functions had sent before the invocation.
        """
        kept = [sent for sent in self.journal.sent[since:] if sent[1] == body]
        try:
            event = read(body)
        except UnknownType:
            return
        except ContractError:
            if not any(name == dead_letters and reason for name, _, reason in kept):
                self._report(
                    f"{service.name} dropped a poison message, or dead-lettered it without a reason", ""
                )
            return
        handled = self.journal.items.get((service.name, event.order_id))
        if handled is not None and event.id in handled.inbox:
            return
        if any(name == queue or (name == dead_letters and reason) for name, _, reason in kept):
            return
        if event.type in service.decisions.REACTIONS:
            self._report(f"{service.name} acknowledged {event.type} but did not handle it", event.order_id)

    def _check_version(self, before: Write | None, after: Write) -> None:
        version = before.version if before else 0
        if after.version != version + 1:
            self._report(
                f"{after.service.name} writes version {after.version} over {version}", after.order_id
            )
        if before and (
            before.inbox.keys() - after.inbox.keys() or after.outbox[: len(before.outbox)] != before.outbox
        ):
            self._report(f"{after.service.name} removed a record from its inbox or outbox", after.order_id)

    def _check_transition(self, before: Write | None, after: Write) -> None:
        service = after.service
        was = before.status if before else service.status(service.state())
        self.transitions[service.name, was, after.status] += 1
        if was != after.status and after.status not in service.transitions[was]:
            self._report(f"{service.name}: {was} cannot become {after.status}", after.order_id)

    def _check_inbox(self, before: Write | None, after: Write) -> None:
        for event_id in after.inbox.keys() - (before.inbox.keys() if before else set()):
            event = self.journal.emitted.get(event_id)
            if event is None and event_id not in self.journal.carrier_events:
                self._report(f"{after.service.name} handled an event that no service emitted", after.order_id)
            elif event and event.type == "order.cancellation_requested":
                was = before.status if before else "none"
                if was == "none" and after.status != "cancelled":
                    self._report(
                        "a cancellation before the first step did not stop the order", after.order_id
                    )

    def _check_outbox(self, before: Write | None, after: Write) -> None:
        known = {*after.inbox}
        for number, text in enumerate(after.outbox):
            event = read(text)
            if before and number < len(before.outbox):
                known.add(event.id)
                continue
            if event.id in self.journal.emitted:
                self._report(f"{event.type} was emitted twice", after.order_id)
            if event.causationid is None and event.type != "order.placed":
                self._report(f"{event.type} has no cause", after.order_id)
            if event.causationid is not None and event.causationid not in known:
                self._report(f"{event.type} was emitted before its cause was handled", after.order_id)
            if not event.type.startswith(PUBLISHERS[after.service.name]) or event.order_id != after.order_id:
                self._report(
                    f"{after.service.name} emitted {event.type} of order {event.order_id}", after.order_id
                )
            known.add(event.id)
            self.journal.emit(text)

    def _report(self, violation: str | None, order_id: str) -> None:
        if violation:
            self.wrong.append(f"{violation} (order {order_id})" if order_id else violation)
