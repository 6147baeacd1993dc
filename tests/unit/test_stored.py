"""The stored form keeps the whole event, and only what cannot be derived."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from choreography.errors import UnknownFormat
from choreography.outbox import Origin, derived_id, events
from choreography.stored import (
    EPOCH,
    FORMAT,
    MICROSECOND,
    Record,
    entries,
    event_json,
    known_events,
    receipt,
    to_item,
    to_record,
)
from choreography.table import from_attributes, to_attributes
from contracts.catalogue import publisher
from contracts.envelope import Event
from order.state import Order
from payment.state import SOURCE, Payment
from tests.conftest import PAYLOADS, MakeEvent
from tests.three_services import EVENT_TYPES

NOW = datetime(2026, 1, 1, 12, 0, 0, 541320, tzinfo=UTC)
ORIGIN = Origin("/services/order", "order-1", "request-1", None)
IDS = st.sampled_from(["order-1", "a", "b", derived_id("a", "payment.captured")])
ANY_EVENT = st.builds(
    lambda event, **changes: event.model_copy(update=changes),
    st.sampled_from(events(PAYLOADS.values(), ORIGIN, NOW)),
    id=IDS,
    source=st.sampled_from(["/services/order", "/services/payment", "/test"]),
    time=st.integers(0, 2**51).map(lambda microseconds: EPOCH + microseconds * MICROSECOND),
    correlationid=st.sampled_from(["request-1", "request-2"]),
    causationid=st.none() | IDS,
)


def emitting(*emitted: Event[Any], inbox: dict[str, Any] | None = None) -> Record[Order]:
    """The record of an order that emitted these events one by one, read back from DynamoDB's form."""
    record = Record("order-1", Order(), 0, inbox or {})
    for event in emitted:
        record = replace(record, outbox=(*record.outbox, *entries([event], record)), emits=1)
    return to_record(from_attributes(to_attributes(to_item(record))), Order)


@given(st.lists(ANY_EVENT, max_size=4))
def test_the_outbox_gives_back_any_event(emitted: list[Event[Any]]) -> None:
    published = [json.loads(event_json(event)) for event in emitting(*emitted).published]
    assert published == [json.loads(event.to_json()) for event in emitted]


@given(ANY_EVENT)
def test_a_receipt_and_its_id_give_back_where_an_event_came_from(event: Event[Any]) -> None:
    inbox = {event.id: receipt(event)}
    (known,) = known_events(emitting(inbox=inbox))
    told = json.loads(event.to_json())
    assert known == {name: told[name] for name in known}
    assert known.keys() >= {"id", "type", "source", "time"}


def test_an_entry_keeps_no_more_than_the_payload_and_its_time_if_all_else_follows() -> None:
    made = events((PAYLOADS["order.placed"], PAYLOADS["order.cancellation_requested"]), ORIGIN, NOW)
    first, second = entries(made, Record("order-1", Order()))
    assert first.keys() == {"type", "time", "schema", "correlationid", "data"}
    assert second == {
        "type": "order.cancellation_requested",
        "time": Decimal("1767268800.541320"),
        "schema": "1.1",
        "data": {"reason": "customer"},
    }


def test_a_receipts_cause_is_found_among_the_events_of_the_order() -> None:
    placed, captured = events((PAYLOADS["order.placed"], PAYLOADS["payment.captured"]), ORIGIN, NOW)
    received = {captured.id: receipt(captured.model_copy(update={"source": SOURCE}))}
    assert received[captured.id].keys() == {"type", "time"}
    known = {event["id"]: event for event in known_events(emitting(placed, inbox=received))}
    assert known[captured.id]["causationid"] == placed.id


def test_an_event_has_the_same_json_whatever_order_dynamodb_returns_a_map_in(make_event: MakeEvent) -> None:
    (event,) = emitting(make_event("order.placed", "order-1")).published
    reordered = event | {"data": dict(reversed(event["data"].items()))}
    assert event_json(reordered) == event_json(event)


def test_characters_that_sqs_refuses_are_escaped(make_event: MakeEvent) -> None:
    (event,) = emitting(make_event("payment.declined", "order-1", reason="a\ufffeb\uffffc")).published
    assert '"a\\ufffeb\\uffffc"' in event_json(event)


def test_the_state_has_the_types_of_all_events_handled_and_emitted(make_event: MakeEvent) -> None:
    captured = make_event("payment.captured", "order-1")
    record = emitting(make_event("order.placed", "order-1"), inbox={captured.id: receipt(captured)})
    assert record.state.event_types == {"order.placed", "payment.captured"}


def test_attributes_of_another_version_are_kept() -> None:
    item = to_item(Record("order-1", Payment(), 1)) | {"note": "of another version"}
    assert to_item(to_record(item, Payment))["note"] == "of another version"


@pytest.mark.parametrize("found", [None, 0, FORMAT + 1, str(FORMAT)])
def test_an_item_in_another_format_is_refused(found: Any) -> None:
    item = to_item(Record("order-1", Payment(), 1)) | {"format": found}
    with pytest.raises(UnknownFormat, match=f"order order-1 is stored in format {found}"):
        to_record(item, Payment)


def test_every_type_of_the_three_services_has_a_publisher() -> None:
    assert {publisher(kind) for kind in EVENT_TYPES} == {"/services/order", SOURCE, "/services/shipping"}
