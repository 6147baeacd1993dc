"""Every interleaving of one order, with the services' own decision functions.

Every event ever published may reach each subscriber at any later time, any number of times, in any order.
Each service works on up to WORKERS deliveries at once, step by step (read, intent, effect, outcome), and
any worker may crash between two steps. The customer or a time limit may request a cancellation at any time.
The carrier may report the delivery at any time after it took the parcel, also before its answer to the
dispatch has arrived, or never. After the order's time limit, Payment may find it expired. This module repeats
only the order of calls of `choreography.participant`; the decisions are those of the deployed code.

A world is a tuple of small integers, and each distinct step is decided once. Two workers of a service are
interchangeable, so they are kept sorted. A delivery that changes nothing is no step, and its message stays:
a duplicate, a message that waits for another's intent, or one that lost its race. A worker that can only lose
its race is therefore dropped at once, which leaves a tenth of the worlds and the same ends.
"""

from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

import payment.decisions
import shipping.decisions
from choreography.decisions import Decision, State
from choreography.errors import Permanent, Retryable
from choreography.outbox import Origin, events
from contracts.envelope import Event, Payload, to_event
from infra.simulation.story import SERVICES, Behaviour, Entry, at_rest, order_request, wrong_ledger
from order.decisions import TooLate, cancel
from order.state import SOURCE as ORDER
from order.state import Order
from payment.state import Payment
from shipping.carrier import ParcelDelivered
from shipping.state import Shipment

WORKERS = 2
ORDERS, PAYMENT, SHIPPING = 0, 1, 2
"""Indexes in SERVICES."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORDER_ID = "the-order"
DELIVERY = to_event(
    ParcelDelivered(tracking_number="SBX1", delivered_at=NOW),
    id="delivery",
    source="/carrier",
    subject=ORDER_ID,
    time=NOW,
    correlationid="request",
    causationid=None,
)
"""The carrier's report."""


class World(NamedTuple):
    """The state of one order everywhere: numbers of interned values, and `network` with one bit an event."""

    items: tuple[int, ...]
    ledger: int
    network: int
    workers: tuple[int, ...] = ()


class Item(NamedTuple):
    """A service's item. No write restores an earlier pair of the two, so together they act as the version."""

    state: State
    inbox: frozenset[str]


class Worker(NamedTuple):
    """A delivery in progress: what it read, its effect once the intent is written, the effect's answer."""

    service: int
    event: int
    read: int
    effect: Any = None
    answer: Any = None


class Step(NamedTuple):
    """What a worker's next step changes. `worker` is None after the last step."""

    item: int
    ledger: int
    published: int = 0
    worker: int | None = None


Pair = tuple[str, str, str]
"""A service, the type of an event that reaches it, and the order's status in the service at that time."""

T = TypeVar("T", bound=Hashable)


class Numbers(Generic[T]):
    """Gives each distinct value a number."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self._numbers: dict[T, int] = {}

    def of(self, value: T) -> int:
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


class Violation(Exception):
    """An invariant does not hold."""


@dataclass
class Finding:
    """The number of worlds, the number of ends by status, and the path to the first violation."""

    worlds: int
    ends: dict[str, int] = field(default_factory=dict)
    wrong: str | None = None
    path: list[str] = field(default_factory=list)


class Explorer:
    """Explores one behaviour of gateway and carrier. `versioned` False leaves the write's condition out."""

    def __init__(self, behaviour: Behaviour, *, versioned: bool = True) -> None:
        self._behaviour, self._versioned = behaviour, versioned
        self._items: Numbers[Item] = Numbers()
        self._ledgers: Numbers[tuple[Entry, ...]] = Numbers()
        self._workers: Numbers[Worker] = Numbers()
        self._events: dict[str, int] = {}
        self.pairs: set[Pair] = set()
        self._published: list[Event[Any]] = []
        # One decision for each distinct question: the rest of the exploration is integers. (mypy: methods
        # are not for assigning.)
        self._plan, self._advance = cache(self._plan), cache(self._advance)  # type: ignore[method-assign]
        self._starts, self._cancel = cache(self._starts), cache(self._cancel)  # type: ignore[method-assign]
        self._deliver = cache(self._deliver)  # type: ignore[method-assign]
        self._check_ledger = cache(self._check_ledger)  # type: ignore[method-assign]

    def explore(self) -> Finding:
        start = self._start()
        came: dict[World, World | None] = {start: None}
        queue, ends = deque([start]), dict[str, int]()
        while queue:
            world = queue.popleft()
            try:
                self._check_ledger(world.ledger)
                if not world.workers and self._settles(world):
                    stands = self._check_end(world)
                    ends[stands] = ends.get(stands, 0) + 1
                for after in self._moves(world):
                    if after not in came:
                        came[after] = world
                        queue.append(after)
            except Violation as violation:
                return Finding(len(came), ends, str(violation), self._path(came, world))
        return Finding(len(came), ends)

    def _start(self) -> World:
        placed = order_request().payload(expires_at=NOW)
        order = Order(placed=placed, event_types=frozenset({placed.type}))
        items = [Item(order, frozenset()), *(Item(service.state(), frozenset()) for service in SERVICES[1:])]
        network = self._publish((placed,), Origin(ORDER, ORDER_ID, "request", None))
        return World(tuple(map(self._items.of, items)), self._ledgers.of(()), network)

    def _moves(self, world: World) -> Iterator[World]:
        items, ledger, network, workers = world
        if (cancelled := self._cancel(items[ORDERS])) is not None:
            yield self._written(world, ORDERS, *cancelled)
        if (late := self._lapse(items[PAYMENT], network)) is not None:
            yield self._written(world, PAYMENT, late)
        if (delivered := self._deliver(items[SHIPPING], ledger)) is not None:
            yield self._written(world, SHIPPING, *delivered)
        running = [self._workers.values[worker].service for worker in workers]
        for service, item in enumerate(items):
            if running.count(service) < WORKERS:
                for worker in self._starts(service, item, network):
                    yield World(items, ledger, network, tuple(sorted((*workers, worker))))
        for index, worker in enumerate(workers):
            alone = World(items, ledger, network, workers[:index] + workers[index + 1 :])
            yield alone  # it crashes
            step = self._advance(worker, items[running[index]], ledger)
            if step is not None:
                after = alone._replace(ledger=step.ledger)
                yield self._written(after, running[index], step.item, step.published, step.worker)

    def _written(
        self, world: World, service: int, item: int, published: int = 0, worker: int | None = None
    ) -> World:
        """The world after a service's step. Workers whose write can no longer succeed are dropped."""
        items, ledger, network, workers = world
        if item != items[service]:
            items = (*items[:service], item, *items[service + 1 :])
            workers = tuple(other for other in workers if not self._is_lost(other, service, item))
        if worker is not None:
            workers = tuple(sorted((*workers, worker)))
        return World(items, ledger, network | published, workers)

    def _is_lost(self, worker: int, service: int, item: int) -> bool:
        """Whether only a write with a failing condition remains to the worker."""
        return self._workers.values[worker].service == service and self._advance(worker, item, 0) is None

    def _cancel(self, item: int) -> tuple[int, int] | None:
        # One step, not two: the write's version condition excludes any other write in between.
        state, inbox = self._items.values[item]
        assert isinstance(state, Order)
        try:
            decision = cancel(state)
        except TooLate:
            return None
        if not decision.payloads:
            return None
        origin = Origin(ORDER, ORDER_ID, "request", self._published[0].id)
        return self._items.of(Item(decision.state, inbox)), self._publish(decision.payloads, origin)

    def _lapse(self, item: int, network: int) -> int | None:
        """Payment handles order.placed after the order's time limit, and starts no charge."""
        decision = self._late_decision(item, network)
        if decision is None or decision.effect is not None:
            return None
        inbox = self._items.values[item].inbox | {self._published[0].id}
        return self._items.of(Item(decision.state, inbox))

    def _late_decision(self, item: int, network: int) -> Decision[State] | None:
        """Payment's decision about order.placed after the time limit. None before it, and once handled."""
        state, inbox = self._items.values[item]
        assert isinstance(state, Payment)
        placed = self._published[0]
        over = any(
            event.type == "order.cancellation_requested" and network >> number & 1
            for number, event in enumerate(self._published)
        )
        if not over or placed.id in inbox:
            return None
        reactions = payment.decisions.reactions_at(NOW + timedelta(days=1))
        decided: Decision[Any] = reactions[placed.type](state, placed)
        return decided

    def _deliver(self, item: int, ledger: int) -> tuple[int, int] | None:
        # One step, for the same reason.
        state, inbox = self._items.values[item]
        assert isinstance(state, Shipment)
        left = any(entry.what == "dispatch dispatched" for entry in self._ledgers.values[ledger])
        if not left or DELIVERY.id in inbox:
            return None
        try:
            decision = shipping.decisions.CARRIER_REACTIONS[DELIVERY.type](state, DELIVERY)
        except Permanent as error:
            raise Violation(f"the carrier's report is rejected: {error}") from error
        origin = Origin(SERVICES[SHIPPING].source, ORDER_ID, "request", decision.caused_by or DELIVERY.id)
        number = self._items.of(Item(decision.state, inbox | {DELIVERY.id}))
        return number, self._publish(decision.payloads, origin)

    def _starts(self, service: int, item: int, network: int) -> tuple[int, ...]:
        """Workers that may read now: those whose delivery can change something."""
        self._meet(service, item, network)
        starting = [
            Worker(service, event, item)
            for event in range(network.bit_length())
            if network >> event & 1 and self._plan(service, event, item) is not None
        ]
        late = self._late_decision(item, network) if service == PAYMENT else None
        if late is not None and late.effect is not None:  # the charge's intent stands
            starting.append(Worker(service, 0, item, late.effect))
        return tuple(map(self._workers.of, starting))

    def _meet(self, service: int, item: int, network: int) -> None:
        """Notes which events can be delivered in this state, duplicates among them."""
        who = SERVICES[service]
        status = who.status(self._items.values[item].state)
        self.pairs.update(
            (who.name, event.type, status)
            for number, event in enumerate(self._published)
            if network >> number & 1 and event.type in who.decisions.REACTIONS
        )

    def _plan(self, service: int, event: int, item: int) -> Decision[State] | None:
        """The first decision; None for a duplicate, an event of no concern, or one that must wait."""
        message, (state, inbox) = self._published[event], self._items.values[item]
        reaction = SERVICES[service].decisions.REACTIONS.get(message.type)
        if reaction is None or message.id in inbox:
            return None
        try:
            decision: Decision[State] = reaction(state, message)
        except Retryable:
            return None
        except Permanent as error:
            raise Violation(f"{message.type} would be dead-lettered: {error}") from error
        return decision

    def _advance(self, number: int, now: int, ledger: int) -> Step | None:
        worker = self._workers.values[number]
        stale = now != worker.read and self._versioned
        if worker.answer is not None:
            return None if stale else self._write(worker, self._outcome(worker), ledger)
        if worker.effect is not None:
            entries, answer = self._behaviour.perform(worker.effect, self._ledgers.values[ledger])
            return Step(
                now, self._ledgers.of(entries), worker=self._workers.of(worker._replace(answer=answer))
            )
        planned = self._plan(worker.service, worker.event, worker.read)
        assert planned is not None, "only what can be planned is started"
        before = self._items.values[worker.read]
        if planned.effect is None:
            return None if stale else self._write(worker, planned, ledger)
        if planned.state == before.state:  # the intent stands already
            return Step(now, ledger, worker=self._workers.of(worker._replace(effect=planned.effect)))
        intent = self._items.of(Item(planned.state, before.inbox))
        following = self._workers.of(worker._replace(read=intent, effect=planned.effect))
        return None if stale else Step(intent, ledger, worker=following)

    def _outcome(self, worker: Worker) -> Decision[State]:
        state, message = self._items.values[worker.read].state, self._published[worker.event]
        try:
            decision: Decision[State] = SERVICES[worker.service].decisions.outcome(
                state, message, worker.answer
            )
        except Permanent as error:
            raise Violation(f"{message.type} would be dead-lettered: {error}") from error
        return decision

    def _write(self, worker: Worker, decision: Decision[State], ledger: int) -> Step:
        message, inbox = self._published[worker.event], self._items.values[worker.read].inbox
        cause = decision.caused_by or message.id
        origin = Origin(SERVICES[worker.service].source, ORDER_ID, message.correlationid, cause)
        published = self._publish(decision.payloads, origin)
        return Step(self._items.of(Item(decision.state, inbox | {message.id})), ledger, published)

    def _publish(self, payloads: tuple[Payload, ...], origin: Origin) -> int:
        bits = 0
        for event in events(payloads, origin, NOW):
            number = self._events.setdefault(event.id, len(self._published))
            if number == len(self._published):
                self._published.append(event)
            if self._published[number] != event:
                raise Violation(f"one id for two events: {self._published[number]} and {event}")
            bits |= 1 << number
        return bits

    def _settles(self, world: World) -> bool:
        """True at an end. Elsewhere, some delivery must come through alone, which enlarges an inbox:
        so an end is reached from every world, since in each of them all workers may vanish."""
        waiting = [
            worker
            for service, item in enumerate(world.items)
            for worker in self._starts(service, item, world.network)
        ]
        return not waiting or not any(self._comes_through(worker, world) for worker in waiting)

    def _comes_through(self, worker: int, world: World) -> bool:
        service = self._workers.values[worker].service
        item, ledger, following = world.items[service], world.ledger, worker
        while (step := self._advance(following, item, ledger)) is not None:
            if step.worker is None:
                return True
            item, ledger, following = step.item, step.ledger, step.worker
        return False

    def _check_ledger(self, ledger: int) -> None:
        if wrong := wrong_ledger(self._ledgers.values[ledger]):
            raise Violation(wrong)

    def _check_end(self, world: World) -> str:
        published = [e for number, e in enumerate(self._published) if world.network >> number & 1]
        items = [self._items.values[item] for item in world.items]
        ids = {event.id for event in published}
        for event in published:
            if event.causationid is not None and event.causationid not in ids:
                raise Violation(f"{event.type} has a cause that no service published")
        for service, item in zip(SERVICES, items, strict=True):
            missed = [
                e.type for e in published if e.type in service.decisions.REACTIONS and e.id not in item.inbox
            ]
            if missed:
                raise Violation(f"{service.source} can never handle {', '.join(missed)}")
        stands, wrong = at_rest([item.state for item in items], self._ledgers.values[world.ledger])
        if wrong:
            raise Violation(wrong)
        if DELIVERY.id in items[SHIPPING].inbox and stands != "completed":
            raise Violation(f"the parcel was delivered, and the order is {stands}")
        return stands

    def _path(self, came: dict[World, World | None], last: World) -> list[str]:
        path: list[str] = []
        world: World | None = last
        while world is not None:
            path.append(self._describe(world))
            world = came[world]
        return path[::-1]

    def _describe(self, world: World) -> str:
        at_work = [self._workers.values[worker] for worker in world.workers]
        words = [
            f"{SERVICES[w.service].name} {'answered' if w.answer else 'read'} {self._published[w.event].type}"
            for w in at_work
        ]
        stands = " ".join(SERVICES[n].status(self._items.values[i].state) for n, i in enumerate(world.items))
        entries = ", ".join(entry.what for entry in self._ledgers.values[world.ledger])
        return f"{stands} | ledgers: {entries or 'empty'} | at work: {', '.join(words) or 'none'}"
