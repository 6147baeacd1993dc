"""The six invariants of the design as lights, for orders that the tables of a local run have.

Money and parcels come from the gateway's and the carrier's own ledgers. Whether an order ended is what Order
stores; the light of agreement compares that with the ledgers.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import partial

from contracts.catalogue import publisher
from infra.lessons.seen import SEEN_CHECKS, Seen
from infra.simulation.final_checks import not_handled, not_shown
from infra.simulation.invariants import (
    FINAL_STATUSES,
    Booked,
    booked_otherwise,
    money_violation,
    parcel_violation,
    viewed_otherwise,
)
from infra.simulation.journal import Journal, Write
from infra.simulation.services import SERVICES
from shipping.webhook import delivery_id

Check = Callable[[Journal, str], Iterator[str]]
"""The violations of one order."""


@dataclass(frozen=True)
class Light:
    """One invariant. It is green if no order violates it."""

    number: int
    name: str
    rule: str
    violations: tuple[str, ...]

    @property
    def green(self) -> bool:
        return not self.violations


def lights(
    journal: Journal, orders: Mapping[str, str], accepted: Set[str], seen: Seen | None = None
) -> list[Light]:
    """The lights of these orders: the customer of each, by order id.

    `accepted` are the ids that the API answered. An accepted order that no table has, and an order that was
    not asked for, violate an invariant, too. So does a table that contradicts what customers or the carrier
    have `seen`.
    """
    found = [
        Light(number, name, rule, tuple(_violations(check, journal, orders)))
        for number, (name, rule, check) in enumerate(CHECKS, start=1)
    ]
    if seen is not None:
        found = [_with_seen(light, seen, journal, orders) for light in found]
    ends, money, *others = found
    lost = tuple(f"no table has the accepted order {order_id[:8]}" for order_id in accepted - orders.keys())
    extra = tuple(
        f"{customer}: a second order for one request ({order_id[:8]})"
        for order_id, customer in orders.items()
        if order_id not in accepted
    )
    return [
        replace(ends, violations=ends.violations + lost),
        replace(money, violations=money.violations + extra),
        *others,
    ]


def _with_seen(light: Light, seen: Seen, journal: Journal, orders: Mapping[str, str]) -> Light:
    if light.number not in SEEN_CHECKS:
        return light
    check = partial(SEEN_CHECKS[light.number], seen)
    return replace(light, violations=light.violations + tuple(_violations(check, journal, orders)))


def _violations(check: Check, journal: Journal, orders: Mapping[str, str]) -> Iterator[str]:
    for order_id, customer in orders.items():
        for violation in check(journal, order_id):
            yield f"{customer}: {violation} ({order_id[:8]})"


def _ends(journal: Journal, order_id: str) -> Iterator[str]:
    status = journal.status("order", order_id)
    if status not in FINAL_STATUSES:
        yield f"the order stays {status}"


def _money(journal: Journal, order_id: str) -> Iterator[str]:
    booked = Booked.of(journal.entries(order_id))
    if (violation := money_violation(booked)) is not None:
        yield violation
    elif booked.net > booked.parcels:
        yield "charged, and no parcel"


def _parcels(journal: Journal, order_id: str) -> Iterator[str]:
    if (violation := parcel_violation(Booked.of(journal.entries(order_id)))) is not None:
        yield violation


def _agreement(journal: Journal, order_id: str) -> Iterator[str]:
    status = journal.status("order", order_id)
    if status not in FINAL_STATUSES:
        return
    views = [journal.status(service, order_id) for service in ("payment", "shipping")]
    booked = Booked.of(journal.entries(order_id))
    if violation := booked_otherwise(status, booked) or viewed_otherwise(status, views):
        yield violation
    yield from not_shown(status, journal.items["order", order_id].record.state)


def _events(journal: Journal, order_id: str) -> Iterator[str]:
    events = [event for event in journal.emitted.values() if event.order_id == order_id]
    for event in events:
        yield from not_handled(journal, event)
    for (service, of_order), written in journal.items.items():
        if of_order == order_id and _handled(journal, written) - journal.emitted.keys():
            yield f"{service} handled an event that no service emitted"
    sources = {service.source for service in SERVICES}  # a further service may emit a type more than once
    emitted = Counter(event.type for event in events if event.source in sources)
    yield from (f"{kind} was emitted {times} times" for kind, times in emitted.items() if times > 1)


def _handled(journal: Journal, written: Write) -> set[str]:
    """The ids of the handled events that an outbox of the journal must have.

    Shipping derives the delivery's event from the carrier's message. A guest's outbox is in another stack.
    """
    sources = {service.source for service in journal.services}
    return {
        event_id
        for event_id, receipt in written.inbox.items()
        if receipt.get("source", publisher(receipt["type"])) in sources
    } - {delivery_id(written.order_id)}


def _causes(journal: Journal, order_id: str) -> Iterator[str]:
    """An event of a service needs a cause that the service handled, or emitted before."""
    for (service, of_order), written in journal.items.items():
        if of_order != order_id:
            continue
        known = {*written.inbox}
        for event in (event for event in journal.emitted.values() if event.order_id == order_id):
            if not event.source.endswith(f"/{service}"):
                continue
            if event.causationid is not None and event.causationid not in known:
                yield f"{event.type} has a cause that {service} never handled"
            known.add(event.id)


CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("ends", "Every accepted order ends.", _ends),
    ("money", "An order is charged once, and only if its parcel leaves.", _money),
    ("parcels", "At most one parcel, paid, with an address, for no cancelled order.", _parcels),
    ("agreement", "Every service agrees with the gateway's and the carrier's ledgers.", _agreement),
    ("events", "Every event takes effect once in every subscriber.", _events),
    ("causes", "No effect is recorded before its cause.", _causes),
)
"""The invariants of docs/design.md, in their order."""
