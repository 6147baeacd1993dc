"""The possible steps of one order's services in a global state, decided by the services' own functions.

This module repeats only the order of calls of `choreography.participant`: read, intent, effect, outcome. The
decisions are those of the deployed code. Each distinct step is decided once and then cached.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import payment.decisions
import shipping.decisions
from choreography.decisions import Decision, State
from choreography.errors import Permanent, Retryable
from choreography.outbox import Origin, events
from contracts.envelope import Event, Payload, to_event
from infra.simulation.external_services import Behaviour, Entry, order_request
from infra.simulation.model_state import Delivery, GlobalState, Interner, Item, Step, Violation, Worker
from infra.simulation.services import SERVICES
from order.decisions import TooLate, cancel
from order.state import SOURCE as ORDER
from order.state import Order
from payment.state import Payment
from shipping.carrier import ParcelDelivered
from shipping.state import Shipment

ORDERS, PAYMENT, SHIPPING = 0, 1, 2
"""Indexes in SERVICES."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORDER_ID = "the-order"
DELIVERY_REPORT = to_event(
    ParcelDelivered(tracking_number="SBX1", delivered_at=NOW),
    id="delivery",
    source="/carrier",
    subject=ORDER_ID,
    time=NOW,
    correlationid="request",
    causationid=None,
)
"""The carrier's report of the delivery."""


class Steps:
    """The steps for one behaviour of gateway and carrier. `versioned=False` removes the write's condition."""

    def __init__(self, behaviour: Behaviour, *, versioned: bool) -> None:
        self._behaviour, self._versioned = behaviour, versioned
        self.items: Interner[Item] = Interner()
        self.ledgers: Interner[tuple[Entry, ...]] = Interner()
        self.workers: Interner[Worker] = Interner()
        self.published: list[Event[Any]] = []
        self.deliveries: set[Delivery] = set()
        self._numbers: dict[str, int] = {}
        # mypy does not allow an assignment to a method.
        self._plan, self.advance = cache(self._plan), cache(self.advance)  # type: ignore[method-assign]
        self.starts, self.cancel = cache(self.starts), cache(self.cancel)  # type: ignore[method-assign]
        self.report_delivery = cache(self.report_delivery)  # type: ignore[method-assign]

    def start(self) -> GlobalState:
        """The state after the customer placed the order."""
        placed = order_request().payload(expires_at=NOW)
        order = Order(placed_at=NOW.isoformat(), event_types=frozenset({placed.type}))
        items = [Item(order, frozenset()), *(Item(service.state(), frozenset()) for service in SERVICES[1:])]
        network = self._publish((placed,), Origin(ORDER, ORDER_ID, "request", None))
        return GlobalState(tuple(map(self.items.number, items)), self.ledgers.number(()), network)

    # -- steps of the customer, the clock and the carrier

    def cancel(self, item: int) -> tuple[int, int] | None:
        """Order's item and the published events after a cancellation; None if it changes nothing."""
        # One step, not two: the write's version condition excludes any other write in between.
        state, inbox = self.items.values[item]
        assert isinstance(state, Order)
        try:
            decision = cancel(state)
        except TooLate:
            return None
        if not decision.payloads:
            return None
        origin = Origin(ORDER, ORDER_ID, "request", self.published[0].id)
        return self.items.number(Item(decision.state, inbox)), self._publish(decision.payloads, origin)

    def expire(self, item: int, network: int) -> int | None:
        """Payment's item after it handles order.placed after the deadline, and so starts no charge."""
        decision = self._decision_after_deadline(item, network)
        if decision is None or decision.effect is not None:
            return None
        inbox = self.items.values[item].inbox | {self.published[0].id}
        return self.items.number(Item(decision.state, inbox))

    def _decision_after_deadline(self, item: int, network: int) -> Decision[State] | None:
        """Payment's decision about order.placed after the deadline. None before it, and once handled."""
        state, inbox = self.items.values[item]
        assert isinstance(state, Payment)
        placed = self.published[0]
        is_over = any(
            event.type == "order.cancellation_requested" and network >> number & 1
            for number, event in enumerate(self.published)
        )
        if not is_over or placed.id in inbox:
            return None
        reactions = payment.decisions.reactions_at(NOW + timedelta(days=1))
        decided: Decision[Any] = reactions[placed.type](state, placed)
        return decided

    def report_delivery(self, item: int, ledger: int) -> tuple[int, int] | None:
        """Shipping's item and the published events after the carrier's report; None before a dispatch."""
        # One step, as a cancellation is.
        state, inbox = self.items.values[item]
        assert isinstance(state, Shipment)
        dispatched = any(entry.what == "dispatch dispatched" for entry in self.ledgers.values[ledger])
        if not dispatched or DELIVERY_REPORT.id in inbox:
            return None
        try:
            decision = shipping.decisions.CARRIER_REACTIONS[DELIVERY_REPORT.type](state, DELIVERY_REPORT)
        except Permanent as error:
            raise Violation(f"Shipping rejects the carrier's report: {error}") from error
        cause = decision.caused_by or DELIVERY_REPORT.id
        origin = Origin(SERVICES[SHIPPING].source, ORDER_ID, "request", cause)
        number = self.items.number(Item(decision.state, inbox | {DELIVERY_REPORT.id}))
        return number, self._publish(decision.payloads, origin)

    # -- steps of a worker

    def starts(self, service: int, item: int, network: int) -> tuple[int, ...]:
        """Workers that may read now: those whose delivery can change something."""
        self._record_deliveries(service, item, network)
        starting = [
            Worker(service, event, item)
            for event in range(network.bit_length())
            if network >> event & 1 and self._plan(service, event, item) is not None
        ]
        late = self._decision_after_deadline(item, network) if service == PAYMENT else None
        if late is not None and late.effect is not None:  # the item has the charge's intent
            starting.append(Worker(service, 0, item, late.effect))
        return tuple(map(self.workers.number, starting))

    def _record_deliveries(self, service: int, item: int, network: int) -> None:
        """Records which events can be delivered in this state, including duplicates."""
        named = SERVICES[service]
        status = named.status(self.items.values[item].state)
        self.deliveries.update(
            (named.name, event.type, status)
            for number, event in enumerate(self.published)
            if network >> number & 1 and event.type in named.decisions.REACTIONS
        )

    def _plan(self, service: int, event: int, item: int) -> Decision[State] | None:
        """The first decision; None for a duplicate, an ignored event, or one that the service retries."""
        message, (state, inbox) = self.published[event], self.items.values[item]
        reaction = SERVICES[service].decisions.REACTIONS.get(message.type)
        if reaction is None or message.id in inbox:
            return None
        try:
            decision: Decision[State] = reaction(state, message)
        except Retryable:
            return None
        except Permanent as error:
            raise Violation(f"the consumer would dead-letter {message.type}: {error}") from error
        return decision

    def advance(self, number: int, item: int, ledger: int) -> Step | None:
        """The worker's next step; None if its write cannot succeed, because the item changed."""
        worker = self.workers.values[number]
        is_stale = item != worker.read and self._versioned
        if worker.answer is not None:
            return None if is_stale else self._write(worker, self._outcome(worker), ledger)
        if worker.effect is not None:
            return self._perform(worker, item, ledger)
        planned = self._plan(worker.service, worker.event, worker.read)
        assert planned is not None, "only a delivery with a plan starts a worker"
        if planned.effect is None:
            return None if is_stale else self._write(worker, planned, ledger)
        before = self.items.values[worker.read]
        if planned.state == before.state:  # the item already has the intent
            return Step(item, ledger, worker=self.workers.number(worker._replace(effect=planned.effect)))
        intent = self.items.number(Item(planned.state, before.inbox))
        following = self.workers.number(worker._replace(read=intent, effect=planned.effect))
        return None if is_stale else Step(intent, ledger, worker=following)

    def is_lost(self, worker: int, service: int, item: int) -> bool:
        """Whether the worker has only a write left, and its condition fails."""
        return self.workers.values[worker].service == service and self.advance(worker, item, 0) is None

    def _perform(self, worker: Worker, item: int, ledger: int) -> Step:
        entries, answer = self._behaviour.perform(worker.effect, self.ledgers.values[ledger])
        following = self.workers.number(worker._replace(answer=answer))
        return Step(item, self.ledgers.number(entries), worker=following)

    def _outcome(self, worker: Worker) -> Decision[State]:
        state, message = self.items.values[worker.read].state, self.published[worker.event]
        try:
            decision: Decision[State] = SERVICES[worker.service].decisions.outcome(
                state, message, worker.answer
            )
        except Permanent as error:
            raise Violation(f"the consumer would dead-letter {message.type}: {error}") from error
        return decision

    def _write(self, worker: Worker, decision: Decision[State], ledger: int) -> Step:
        message, inbox = self.published[worker.event], self.items.values[worker.read].inbox
        cause = decision.caused_by or message.id
        origin = Origin(SERVICES[worker.service].source, ORDER_ID, message.correlationid, cause)
        published = self._publish(decision.payloads, origin)
        return Step(self.items.number(Item(decision.state, inbox | {message.id})), ledger, published)

    def _publish(self, payloads: tuple[Payload, ...], origin: Origin) -> int:
        """The bits of these events in `GlobalState.network`."""
        bits = 0
        for event in events(payloads, origin, NOW):
            number = self._numbers.setdefault(event.id, len(self.published))
            if number == len(self.published):
                self.published.append(event)
            if self.published[number] != event:
                raise Violation(f"one id for two events: {self.published[number]} and {event}")
            bits |= 1 << number
        return bits
