"""The safety invariants, checked at every write and every message."""

from collections import Counter
from typing import Any

from contracts.catalogue import ContractError, UnknownType, read
from infra.simulation.journal import Journal, Write
from infra.simulation.story import Service, wrong_ledger

PUBLISHERS = {"order": "order.", "payment": "payment.", "shipping": "shipment."}


class Checker:
    """Keeps the journal and the violations (`wrong`). It raises nothing, since it runs within handlers."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.wrong: list[str] = []
        self.moves: Counter[tuple[str, str, str]] = Counter()
        """Transitions seen: service, status before, status after."""
        self.pairs: Counter[tuple[str, str, str]] = Counter()
        """Deliveries seen: service, event type, and the status at that time."""

    def entered(self, entry: dict[str, Any]) -> None:
        """Checks a new entry in the ledger of the gateway or the carrier."""
        order_id = entry["order_id"]
        self.journal.ledgers[order_id].append(entry)
        self._must(wrong_ledger(self.journal.entries(order_id)), order_id)
        placed = self.journal.items.get(("order", order_id))
        if placed is None:
            self._must(f"{entry['kind']} for an order that was never placed", order_id)
        elif entry["kind"] in ("charge", "refund"):
            total = placed.item["placed"]["amount_minor"]
            if int(entry["amount_minor"]) != int(total):
                self._must(
                    f"{entry['kind']} of {entry['amount_minor']}, where the total is {total}", order_id
                )
        elif entry["country"] != placed.item["placed"]["shipping_address"]["country"]:
            self._must("a parcel to another address", order_id)

    def wrote(self, service: Service, item: dict[str, Any]) -> None:
        """Checks a write of an order's item by a service."""
        after = Write(service, item["order_id"], item)
        before = self.journal.items.get((service.name, after.order_id))
        self._grows(before, after)
        self._moves(before, after)
        self._handles(before, after)
        self._emits(before, after)
        self.journal.items[service.name, after.order_id] = after

    def published(self, service: str, text: str) -> None:
        """Checks a message that a topic accepted."""
        try:
            event = read(text)
        except (ContractError, UnknownType) as error:
            self._must(f"{service} publishes an unreadable event: {error}", "")
            return
        if self.journal.texts.get(event.id) != text:
            self._must(f"{event.type} is published, but no outbox has this event", event.order_id)
        self.journal.published[event.id] += 1

    def received(self, queue: str, receive_count: int, at_most: int | None) -> None:
        if at_most is not None and receive_count > at_most:
            self._must(f"received {receive_count} times from {queue}", "")

    def acknowledged(self, service: Service, dead_letters: str, queue: str, body: str, since: int) -> None:
        """Checks an acknowledged message: it was handled, is ignored, or was sent to another queue."""
        kept = [sent for sent in self.journal.sent[since:] if sent[1] == body]
        try:
            event = read(body)
        except UnknownType:
            return
        except ContractError:
            if not any(name == dead_letters and reason for name, _, reason in kept):
                self._must(f"{service.name} dropped a poison message, or gave no reason", "")
            return
        handled = self.journal.items.get((service.name, event.order_id))
        if handled is not None and event.id in handled.inbox:
            return
        if any(name == queue or (name == dead_letters and reason) for name, _, reason in kept):
            return
        if event.type in service.decisions.REACTIONS:
            self._must(f"{service.name} acknowledged {event.type} and did not handle it", event.order_id)

    def _grows(self, before: Write | None, after: Write) -> None:
        version = before.version if before else 0
        if after.version != version + 1:
            self._must(f"{after.service.name} writes version {after.version} over {version}", after.order_id)
        if before and (
            before.inbox.keys() - after.inbox.keys() or after.outbox[: len(before.outbox)] != before.outbox
        ):
            self._must(f"{after.service.name} lost a record of its inbox or outbox", after.order_id)

    def _moves(self, before: Write | None, after: Write) -> None:
        service = after.service
        was = before.status if before else service.status(service.state())
        self.moves[service.name, was, after.status] += 1
        if was != after.status and after.status not in service.transitions[was]:
            self._must(f"{service.name}: {was} cannot become {after.status}", after.order_id)

    def _handles(self, before: Write | None, after: Write) -> None:
        for event_id in after.inbox.keys() - (before.inbox.keys() if before else set()):
            event = self.journal.emitted.get(event_id)
            if event is None and event_id not in self.journal.outside:
                self._must(f"{after.service.name} handled an event that no service emitted", after.order_id)
            elif event and event.type == "order.cancellation_requested":
                was = before.status if before else "none"
                if was == "none" and after.status != "cancelled":
                    self._must("a cancellation in time did not stop the order", after.order_id)

    def _emits(self, before: Write | None, after: Write) -> None:
        known = {*after.inbox}
        for number, text in enumerate(after.outbox):
            event = read(text)
            if before and number < len(before.outbox):
                known.add(event.id)
                continue
            if event.id in self.journal.emitted:
                self._must(f"{event.type} is emitted twice", after.order_id)
            if event.causationid is None and event.type != "order.placed":
                self._must(f"{event.type} has no cause", after.order_id)
            if event.causationid is not None and event.causationid not in known:
                self._must(f"{event.type} is emitted before its cause was handled", after.order_id)
            if not event.type.startswith(PUBLISHERS[after.service.name]) or event.order_id != after.order_id:
                self._must(f"{after.service.name} says {event.type} of {event.order_id}", after.order_id)
            known.add(event.id)
            self.journal.emit(text)

    def _must(self, wrong: str | None, order_id: str) -> None:
        if wrong:
            self.wrong.append(f"{wrong} (order {order_id})" if order_id else wrong)
