"""Transition tables: the services make every listed transition and reject all others."""

from itertools import product

import pytest

import order.decisions
import payment.decisions
import shipping.decisions
from choreography.decisions import Transitions, check_move
from choreography.errors import IllegalTransition, Permanent, UnknownParcel
from order.state import FINAL, Order
from order.state import TRANSITIONS as ORDER
from payment.gateway import Captured, Refunded
from payment.state import TRANSITIONS as PAYMENT
from payment.state import Payment
from shipping.carrier import Dispatched
from shipping.state import TRANSITIONS as SHIPMENT
from shipping.state import Shipment
from tests.conftest import MONEY, MakeEvent

MACHINES: dict[str, Transitions] = {"order": ORDER, "payment": PAYMENT, "shipment": SHIPMENT}
MOVES = [
    (machine, before, after)
    for machine, moves in MACHINES.items()
    for before, after in product(moves, moves)
    if before != after
]


@pytest.mark.parametrize(("machine", "before", "after"), MOVES)
def test_only_listed_transitions_are_legal(machine: str, before: str, after: str) -> None:
    moves = MACHINES[machine]
    if after in moves[before]:
        check_move(machine, moves, before, after)
    else:
        with pytest.raises(IllegalTransition, match=f"{machine}: {before} cannot become {after}"):
            check_move(machine, moves, before, after)


@pytest.mark.parametrize("moves", MACHINES.values(), ids=MACHINES)
def test_keeping_the_status_is_legal_and_every_transition_leads_to_a_known_status(moves: Transitions) -> None:
    for status, nexts in moves.items():
        check_move("it", moves, status, status)
        assert nexts <= moves.keys()


def test_a_final_status_has_no_transitions() -> None:
    assert {status for status, nexts in ORDER.items() if not nexts} == FINAL


def test_the_error_of_an_illegal_transition_is_permanent_and_names_both_statuses(
    make_event: MakeEvent,
) -> None:
    rejected = Order(placed_at="2026-01-01", event_types=frozenset({"shipment.dispatched"}))
    with pytest.raises(Permanent, match="order: shipped cannot become rejected") as refused:
        order.decisions.REACTIONS["payment.declined"](rejected, make_event("payment.declined"))
    assert isinstance(refused.value, IllegalTransition)
    assert (refused.value.before, refused.value.after) == ("shipped", "rejected")


def test_payment_captures_only_charges_that_it_began(make_event: MakeEvent) -> None:
    with pytest.raises(IllegalTransition, match="voided cannot become captured"):
        payment.decisions.outcome(Payment(status="voided"), make_event("order.placed"), Captured("pi_1"))


def test_payment_does_not_refund_a_declined_charge(make_event: MakeEvent) -> None:
    declined = Payment(status="declined", payment_id="pi_1", **MONEY)
    with pytest.raises(IllegalTransition, match="declined cannot become refunded"):
        payment.decisions.outcome(declined, make_event("shipment.cancelled"), Refunded("re_1"))


def test_shipping_refuses_a_delivery_without_a_dispatch(make_event: MakeEvent) -> None:
    delivered = make_event("shipment.delivered")
    for status in ("none", "cancelled", "closed", "failed"):
        with pytest.raises(UnknownParcel, match=f"no parcel .*: it is {status}"):
            shipping.decisions.CARRIER_REACTIONS["carrier.parcel_delivered"](
                Shipment(status=status), delivered
            )


def test_shipping_does_not_dispatch_a_cancelled_order(make_event: MakeEvent) -> None:
    with pytest.raises(IllegalTransition, match="cancelled cannot become dispatched"):
        shipping.decisions.outcome(
            Shipment(status="cancelled"), make_event("payment.captured"), Dispatched("SBX1")
        )
