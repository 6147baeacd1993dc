"""What customers and the carrier saw during a lesson. The lights compare it with the tables."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.simulation.journal import Journal
from order.state import placed_order


@dataclass(frozen=True)
class Accepted:
    """A request to place an order that the API accepted."""

    order_id: str
    customer: str
    body: Mapping[str, Any]
    key: str


@dataclass(frozen=True)
class Seen:
    """The accepted requests, the orders whose parcels the carrier delivered, and the histories of the API."""

    accepted: Sequence[Accepted] = ()
    delivered: Collection[str] = ()
    histories: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    """The events of `GET /orders/{order_id}/history`, by order."""


def _contents(seen: Seen, journal: Journal, order_id: str) -> Iterator[str]:
    """Compares each accepted request with the order that Order has under the id of the answer."""
    placed = placed_order(journal.items["order", order_id].record)
    items = [item.model_dump() for item in placed.items]
    for request in seen.accepted:
        if request.order_id == order_id and request.body["items"] != items:
            yield "the API accepted a request, and no table has its articles"


def _delivery(seen: Seen, journal: Journal, order_id: str) -> Iterator[str]:
    status = journal.status("order", order_id)
    if order_id in seen.delivered and status != "completed":
        yield f"the carrier delivered the parcel, but the order is {status}"


def _history(seen: Seen, journal: Journal, order_id: str) -> Iterator[str]:
    history = seen.histories.get(order_id, ())
    places = {event["id"]: place for place, event in enumerate(history)}
    for place, event in enumerate(history):
        if places.get(event.get("causationid", ""), -1) > place:
            yield f"the history shows {event['type']} before its cause"


SEEN_CHECKS: Mapping[int, Callable[[Seen, Journal, str], Iterator[str]]] = {
    1: _contents,
    4: _delivery,
    6: _history,
}
"""By the number of the light that turns red."""
