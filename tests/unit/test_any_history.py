"""The final state depends only on the set of events, not on their order or on duplicates."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import order.decisions
import payment.decisions
import shipping.decisions
from contracts.envelope import Event, Payload, to_event
from order.state import FINAL, Order, status
from payment.gateway import Charge, Declined
from payment.state import Payment
from shipping.carrier import Dispatch, ParcelDelivered, Unserviceable
from shipping.state import Shipment
from tests.conftest import MakeEvent
from tests.unit.history import ANSWERS, run
from tests.world import ORDER_ID

# The factory is a pure function, so all examples can share it.
any_history = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def arrivals(data: st.DataObject, kinds: list[str]) -> list[str]:
    """Draw each event type at least once, with duplicates, in any order."""
    again = data.draw(st.lists(st.sampled_from(kinds), max_size=6))
    return data.draw(st.permutations([*kinds, *again]))


def delivered(id_: str) -> Event[ParcelDelivered]:
    """The carrier's delivery report."""
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    return to_event(
        ParcelDelivered(tracking_number="SBX1", delivered_at=moment),
        id=id_,
        source="/carrier",
        subject=ORDER_ID,
        time=moment,
        correlationid="request-1",
        causationid=None,
    )


# For each end of an order: whether the customer cancelled it, the events that Order receives, the status.
CASES = {
    "shipped": (False, ["payment.captured", "shipment.dispatched"], "shipped"),
    "delivered": (
        False,
        ["payment.captured", "shipment.dispatched", "shipment.delivered"],
        "completed",
    ),
    "cancelled too late": (True, ["payment.captured", "shipment.dispatched"], "shipped"),
    "declined": (False, ["payment.declined"], "rejected"),
    "declined and cancelled": (True, ["payment.declined", "shipment.cancelled"], "rejected"),
    "not served": (False, ["payment.captured", "shipment.failed", "payment.refunded"], "cancelled"),
    "never charged": (True, ["shipment.cancelled", "payment.voided"], "cancelled"),
    "refunded": (True, ["payment.captured", "shipment.cancelled", "payment.refunded"], "cancelled"),
}


@pytest.mark.parametrize(("cancelled", "kinds", "ends"), CASES.values(), ids=CASES)
@given(data=st.data())
@any_history
def test_the_final_status_of_an_order_depends_only_on_its_events(
    make_event: MakeEvent, data: st.DataObject, cancelled: bool, kinds: list[str], ends: str
) -> None:
    state = Order(placed_at="2026-01-01", event_types=frozenset({"order.placed"}))
    if cancelled:
        state = order.decisions.cancel(state).state
    state, emitted = run(order.decisions, state, [make_event(kind) for kind in arrivals(data, kinds)])
    assert (status(state.event_types), emitted) == (ends, [])


@pytest.mark.parametrize(("cancelled", "kinds", "ends"), CASES.values(), ids=CASES)
@given(data=st.data())
@any_history
def test_order_never_leaves_a_final_status(
    make_event: MakeEvent, data: st.DataObject, cancelled: bool, kinds: list[str], ends: str
) -> None:
    state = Order(placed_at="2026-01-01", event_types=frozenset({"order.placed"}))
    statuses = []
    for kind in arrivals(data, kinds):
        state = order.decisions.REACTIONS[kind](state, make_event(kind)).state
        statuses.append(status(state.event_types))
    finals = [status for status in statuses if status in FINAL]
    assert finals == [ends] * len(finals)
    assert statuses[-1] == ends


@given(data=st.data())
@any_history
def test_shipping_stops_or_dispatches_and_never_both(make_event: MakeEvent, data: st.DataObject) -> None:
    kinds = arrivals(data, ["order.placed", "payment.captured", "order.cancellation_requested"])
    state, emitted = run(shipping.decisions, Shipment(), [make_event(kind) for kind in kinds])
    firsts = list(dict.fromkeys(kinds))
    ends = "dispatched" if firsts[-1] == "order.cancellation_requested" else "cancelled"
    assert (state.status, emitted) == (ends, [f"shipment.{ends}"])


@pytest.mark.parametrize(
    ("answer", "ends"), [(ANSWERS[Dispatch], "dispatched"), (Unserviceable("no service"), "failed")]
)
@given(data=st.data())
@any_history
def test_shipping_dispatches_when_it_has_payment_and_address(
    make_event: MakeEvent, data: st.DataObject, answer: Any, ends: str
) -> None:
    kinds = arrivals(data, ["order.placed", "payment.captured"])
    history = [make_event(kind) for kind in kinds]
    state, emitted = run(shipping.decisions, Shipment(), history, ANSWERS | {Dispatch: answer})
    assert (state.status, state.address, emitted) == (ends, None, [f"shipment.{ends}"])


@given(data=st.data())
@any_history
def test_shipping_publishes_a_delivery_once_and_after_the_dispatch(
    make_event: MakeEvent, data: st.DataObject
) -> None:
    """The report may arrive at any time after the dispatch, even before the carrier's answer to it."""
    paid = make_event("payment.captured")
    noted, _ = run(shipping.decisions, Shipment(), [make_event("order.placed")])
    state = shipping.decisions.REACTIONS[paid.type](noted, paid).state
    words = data.draw(st.permutations(["answer", "delivery", "delivery again"]))
    emitted: list[Payload] = []
    for word in words:
        if word == "answer":
            decision = shipping.decisions.outcome(state, paid, ANSWERS[Dispatch])
        else:
            decision = shipping.decisions.CARRIER_REACTIONS[ParcelDelivered.type](state, delivered(word))
        state = decision.state
        emitted += decision.payloads
    assert (state.status, [payload.type for payload in emitted]) == (
        "delivered",
        ["shipment.dispatched", "shipment.delivered"],
    )


@given(data=st.data())
@any_history
def test_shipping_closes_a_declined_order(make_event: MakeEvent, data: st.DataObject) -> None:
    kinds = arrivals(data, ["order.placed", "payment.declined"])
    state, emitted = run(shipping.decisions, Shipment(), [make_event(kind) for kind in kinds])
    assert (state.status, state.address, emitted) == ("closed", None, [])


@pytest.mark.parametrize("stop", ["shipment.cancelled", "shipment.failed"])
@pytest.mark.parametrize("answer", [ANSWERS[Charge], Declined("card_declined")])
@given(data=st.data())
@any_history
def test_payment_refunds_or_voids_a_stopped_order(
    make_event: MakeEvent, data: st.DataObject, stop: str, answer: Any
) -> None:
    kinds = arrivals(data, ["order.placed", stop])
    history = [make_event(kind) for kind in kinds]
    state, emitted = run(payment.decisions, Payment(), history, ANSWERS | {Charge: answer})
    if kinds[0] == stop:
        assert (state.status, emitted) == ("voided", ["payment.voided"])
    elif answer == ANSWERS[Charge]:
        assert (state.status, emitted) == ("refunded", ["payment.captured", "payment.refunded"])
    else:
        assert (state.status, emitted) == ("declined", ["payment.declined"])
