"""Decisions are pure functions of the handled events, in any order of arrival."""

from itertools import permutations

import pytest

import order.decisions
import payment.decisions
import shipping.decisions
from choreography.decisions import State
from choreography.errors import IntentHeld, UnknownOrder
from order.state import Order, status
from payment.gateway import Charge, Declined
from payment.state import Payment
from shipping.carrier import Unserviceable
from shipping.state import Shipment
from tests.conftest import MakeEvent
from tests.unit.history import ANSWERS, run


@pytest.mark.parametrize("kinds", list(permutations(["order.placed", "payment.captured"])))
def test_shipping_dispatches_when_it_has_payment_and_address_in_any_order(
    kinds: tuple[str, ...], make_event: MakeEvent
) -> None:
    state, emitted = run(shipping.decisions, Shipment(), [make_event(kind) for kind in kinds])
    assert (state.status, emitted) == ("dispatched", ["shipment.dispatched"])


@pytest.mark.parametrize(
    "kinds", list(permutations(["order.placed", "payment.captured", "order.cancellation_requested"]))
)
def test_a_cancellation_stops_the_parcel_unless_it_was_dispatched(
    kinds: tuple[str, ...], make_event: MakeEvent
) -> None:
    state, emitted = run(shipping.decisions, Shipment(), [make_event(kind) for kind in kinds])
    stopped = kinds[-1] != "order.cancellation_requested"
    assert state.status == ("cancelled" if stopped else "dispatched")
    assert emitted == ["shipment.cancelled" if stopped else "shipment.dispatched"]


@pytest.mark.parametrize("kinds", list(permutations(["order.placed", "payment.declined"])))
def test_a_declined_order_is_closed_and_its_address_removed(
    kinds: tuple[str, ...], make_event: MakeEvent
) -> None:
    state, emitted = run(shipping.decisions, Shipment(), [make_event(kind) for kind in kinds])
    assert (state.status, state.address, emitted) == ("closed", None, [])


@pytest.mark.parametrize(
    ("kinds", "ends"),
    [
        (("order.placed", "shipment.cancelled"), "refunded"),
        (("shipment.cancelled", "order.placed"), "voided"),
        (("order.placed", "shipment.failed"), "refunded"),
    ],
)
def test_a_stopped_order_is_refunded_or_never_charged(
    kinds: tuple[str, ...], ends: str, make_event: MakeEvent
) -> None:
    state, emitted = run(payment.decisions, Payment(), [make_event(kind) for kind in kinds])
    assert state.status == ends
    assert emitted[-1] == f"payment.{ends}"


def test_a_declined_charge_is_not_refunded(make_event: MakeEvent) -> None:
    history = [make_event("order.placed"), make_event("shipment.cancelled")]
    state, emitted = run(payment.decisions, Payment(), history, ANSWERS | {Charge: Declined("card_declined")})
    assert (state.status, emitted) == ("declined", ["payment.declined"])


def test_an_unserved_address_is_a_failed_shipment_caused_by_the_payment(make_event: MakeEvent) -> None:
    captured = make_event("payment.captured")
    noted = shipping.decisions.REACTIONS["payment.captured"](Shipment(), captured).state
    intent = shipping.decisions.REACTIONS["order.placed"](noted, make_event("order.placed"))
    decision = shipping.decisions.outcome(intent.state, make_event("order.placed"), Unserviceable("no"))
    assert decision.caused_by == captured.id
    assert [payload.type for payload in decision.payloads] == ["shipment.failed"]


def test_a_refund_waits_for_the_outcome_of_the_charge(make_event: MakeEvent) -> None:
    with pytest.raises(IntentHeld, match="waits for the outcome of the charge"):
        payment.decisions.REACTIONS["shipment.cancelled"](
            Payment(status="charging"), make_event("shipment.cancelled")
        )


def test_a_handler_that_finds_its_own_intent_continues(make_event: MakeEvent) -> None:
    event = make_event("order.placed")
    intent = payment.decisions.REACTIONS["order.placed"](Payment(), event).state
    again = payment.decisions.REACTIONS["order.placed"](intent, event)
    assert again.state == intent
    assert isinstance(again.effect, Charge)


def test_a_cancellation_after_the_intent_to_dispatch_is_too_late(make_event: MakeEvent) -> None:
    under_way = Shipment(status="dispatching", intent_by="x")
    decision = shipping.decisions.REACTIONS["order.cancellation_requested"](
        under_way, make_event("order.cancellation_requested")
    )
    assert (decision.state, decision.payloads) == (under_way, ())


def test_order_refuses_events_about_an_unknown_order(make_event: MakeEvent) -> None:
    with pytest.raises(UnknownOrder, match="never placed"):
        order.decisions.REACTIONS["payment.captured"](Order(), make_event("payment.captured"))


CASES = {
    "shipped": ["payment.captured", "shipment.dispatched"],
    "completed": ["payment.captured", "shipment.dispatched", "shipment.delivered"],
    "rejected": ["payment.declined"],
    "cancelled": ["payment.captured", "shipment.failed", "payment.refunded"],
}


@pytest.mark.parametrize(
    ("ends", "kinds"),
    [(ends, kinds) for ends, received in CASES.items() for kinds in permutations(received)],
)
def test_order_ends_the_same_in_any_order_of_arrival(
    ends: str, kinds: tuple[str, ...], make_event: MakeEvent
) -> None:
    placed = Order(placed_at="2026-01-01", event_types=frozenset({"order.placed"}))
    state, _ = run(order.decisions, placed, [make_event(kind) for kind in kinds])
    assert status(state.event_types) == ends


@pytest.mark.parametrize("stands", ["shipped", "completed", "rejected"])
def test_an_ended_order_cannot_be_cancelled(stands: str) -> None:
    seen = frozenset({"order.placed", *CASES[stands]})
    with pytest.raises(order.decisions.TooLate, match=stands):
        order.decisions.cancel(Order(event_types=seen))


def test_a_repeated_cancellation_is_one_cancellation() -> None:
    once = order.decisions.cancel(Order(event_types=frozenset({"order.placed"})))
    assert [payload.type for payload in once.payloads] == ["order.cancellation_requested"]
    assert order.decisions.cancel(once.state).payloads == ()


def test_states_are_frozen() -> None:
    state: State = Payment()
    with pytest.raises(ValueError, match="frozen"):
        state.status = "captured"  # type: ignore[attr-defined]  # the test expects the error
