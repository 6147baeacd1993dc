"""The customer's view: a summary without empty fields, and a history in causal order."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from choreography.stored import Entry, Record, entries
from contracts.envelope import Event
from order.state import Order
from order.views import history, summary
from tests.conftest import MakeEvent


def receipt(kind: str, cause: str | None = None, minute: int = 0) -> Entry:
    entry = {"type": kind, "source": "/test", "time": Decimal(minute * 60)}
    return entry if cause is None else entry | {"causationid": cause}


def order_record(inbox: dict[str, Entry]) -> Record[Order]:
    return Record("order-1", Order(), 1, inbox)


def placed_record(placed: Event[Any], inbox: dict[str, Entry] | None = None, **changes: Any) -> Record[Order]:
    """The record of an order that emitted this event."""
    new = Record(placed.order_id, Order(**changes))
    return replace(new, version=1, inbox=inbox or {}, outbox=tuple(entries([placed], new)))


def kinds(record: Record[Order]) -> list[str]:
    return [event["type"] for event in history(record)]


CHAIN = {
    "a": receipt("order.placed"),
    "b": receipt("payment.captured", "a"),
    "c": receipt("shipment.failed", "b"),
    "d": receipt("payment.refunded", "c"),
}


@pytest.mark.parametrize("arrival", list(permutations(CHAIN)))
def test_no_effect_comes_before_its_cause(arrival: tuple[str, ...]) -> None:
    record = order_record({name: CHAIN[name] for name in arrival})
    assert kinds(record) == ["order.placed", "payment.captured", "shipment.failed", "payment.refunded"]


def test_a_cause_comes_first_even_if_the_clocks_of_services_differ() -> None:
    late_clock, early_clock = receipt("order.placed", minute=9), receipt("payment.captured", "a", minute=1)
    assert kinds(order_record({"b": early_clock, "a": late_clock})) == ["order.placed", "payment.captured"]


def test_events_without_a_common_cause_are_ordered_by_time() -> None:
    inbox = {"x": receipt("late", minute=5), "y": receipt("early", minute=2)}
    assert kinds(order_record(inbox)) == ["early", "late"]


def test_an_event_whose_cause_is_unknown_is_listed() -> None:
    assert kinds(order_record({"b": receipt("payment.refunded", "unseen")})) == ["payment.refunded"]


def test_published_and_received_events_are_in_one_list(make_event: MakeEvent) -> None:
    placed = make_event("order.placed")
    record = placed_record(placed, {"b": receipt("payment.captured", placed.id)})
    assert kinds(record) == ["order.placed", "payment.captured"]
    assert history(record)[0]["id"] == placed.id


def test_a_summary_leaves_out_unknown_fields(make_event: MakeEvent) -> None:
    shown = summary(placed_record(make_event("order.placed"), event_types=frozenset({"order.placed"})))
    assert shown["status"] == "placed"
    assert (shown["total"], shown["currency"]) == (2500, "EUR")
    assert shown.keys().isdisjoint({"tracking_number", "reason"})


def test_a_summary_has_neither_address_nor_payment_method(make_event: MakeEvent) -> None:
    shown = summary(placed_record(make_event("order.placed"), tracking_number="SBX1"))
    assert shown["tracking_number"] == "SBX1"
    assert shown.keys().isdisjoint({"shipping_address", "payment_method"})
