"""The services' decisions with one safeguard removed: each must be caught."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, cast
from unittest.mock import patch

import order.decisions
import payment.decisions
import shipping.decisions
from choreography.decisions import Decision
from choreography.errors import IntentHeld
from contracts.envelope import Event
from payment.state import Payment
from shipping.carrier import Dispatch
from shipping.state import Shipment

React = Callable[[Any, Event[Any]], Decision[Any]]
Mutate = Callable[[React], React]


@contextmanager
def mutated(service: Any, changes: Mapping[str, Mutate]) -> Iterator[None]:
    """A service with changed reactions. Its transition table, a second safeguard, allows every move."""
    tables = [service.REACTIONS, getattr(service, "CARRIER_REACTIONS", {})]
    (reactions,) = (cast("dict[str, React]", table) for table in tables if changes.keys() <= table.keys())
    with ExitStack() as patches:
        for decisions in (order.decisions, payment.decisions, shipping.decisions):
            patches.enter_context(patch.object(decisions, "check_move", lambda *_: None))
        changed = {kind: change(reactions[kind]) for kind, change in changes.items()}
        patches.enter_context(patch.dict(reactions, changed))
        yield


def no_intent(react: React) -> React:
    """The effect is performed before anything is written."""

    def mutant(state: Any, event: Event[Any]) -> Decision[Any]:
        decision = react(state, event)
        if decision.effect is None:
            return decision
        noted = (
            {"status": state.status, "intent_by": None} if isinstance(state, Shipment) else {"status": "none"}
        )
        return Decision(decision.state.model_copy(update=noted), effect=decision.effect)

    return mutant


def pretending(before: str, instead: str) -> Mutate:
    """Decides on one status as if it were another."""

    def change(react: React) -> React:
        def mutant(state: Any, event: Event[Any]) -> Decision[Any]:
            if state.status == before:
                state = state.model_copy(update={"status": instead})
            return react(state, event)

        return mutant

    return change


def no_memory_of_the_void(react: React) -> React:
    def mutant(state: Payment, event: Event[Any]) -> Decision[Payment]:
        decision = react(state, event)
        return Decision(state, decision.payloads) if decision.state.status == "voided" else decision

    return mutant


def nothing_happens(react: React) -> React:
    return lambda state, event: Decision(state)


def any_intent_is_its_own(react: React) -> React:
    def mutant(state: Shipment, event: Event[Any]) -> Decision[Shipment]:
        try:
            return react(state, event)
        except IntentHeld:
            return react(state.model_copy(update={"intent_by": event.id}), event)

    return mutant


def never_waits(react: React) -> React:
    """Takes an event that finds another's intent for handled."""

    def mutant(state: Any, event: Event[Any]) -> Decision[Any]:
        try:
            return react(state, event)
        except IntentHeld:
            return Decision(state)

    return mutant


def before_it_is_paid(react: React) -> React:
    def mutant(state: Shipment, event: Event[Any]) -> Decision[Shipment]:
        return react(state.model_copy(update={"captured_by": event.id}), event)

    return mutant


def without_an_address(react: React) -> React:
    def mutant(state: Shipment, event: Event[Any]) -> Decision[Shipment]:
        decision = react(state, event)
        if decision.effect is not None or state.status != "none":
            return decision
        intent = decision.state.model_copy(update={"status": "dispatching", "intent_by": event.id})
        return Decision(intent, effect=Dispatch(event.order_id, cast(Any, None), ()))

    return mutant


def told_at_once(react: React) -> React:
    """Publishes a delivery that arrives before the carrier's answer to the dispatch at once."""

    def mutant(state: Shipment, event: Event[Any]) -> Decision[Any]:
        status = "dispatched" if state.status == "dispatching" else state.status
        return react(state.model_copy(update={"status": status}), event)

    return mutant


DECISION_MUTANTS: dict[str, tuple[Any, dict[str, Mutate]]] = {
    "no-intent-before-the-charge": (payment.decisions, {"order.placed": no_intent}),
    "no-intent-before-the-dispatch": (
        shipping.decisions,
        {"payment.captured": no_intent, "order.placed": no_intent},
    ),
    "void-while-charging": (payment.decisions, {"shipment.cancelled": pretending("charging", "none")}),
    "no-memory-of-the-void": (payment.decisions, {"shipment.cancelled": no_memory_of_the_void}),
    "no-refund-on-cancel": (payment.decisions, {"shipment.cancelled": nothing_happens}),
    "no-refund-on-failure": (payment.decisions, {"shipment.failed": nothing_happens}),
    "refund-never-waits": (payment.decisions, {"shipment.cancelled": never_waits}),
    "charge-after-void": (payment.decisions, {"order.placed": pretending("voided", "none")}),
    "cancel-while-dispatching": (
        shipping.decisions,
        {"order.cancellation_requested": pretending("dispatching", "none")},
    ),
    "dispatch-after-cancel": (shipping.decisions, {"payment.captured": pretending("cancelled", "none")}),
    "dispatch-before-payment": (shipping.decisions, {"order.placed": before_it_is_paid}),
    "dispatch-without-address": (shipping.decisions, {"payment.captured": without_an_address}),
    "join-lacks-late-payment": (shipping.decisions, {"payment.captured": nothing_happens}),
    "join-lacks-late-address": (shipping.decisions, {"order.placed": nothing_happens}),
    "delivery-unnoticed": (shipping.decisions, {"carrier.parcel_delivered": nothing_happens}),
    "delivery-told-before-the-dispatch": (shipping.decisions, {"carrier.parcel_delivered": told_at_once}),
    "completion-unnoticed": (order.decisions, {"shipment.delivered": nothing_happens}),
    "cancellation-unanswered": (shipping.decisions, {"order.cancellation_requested": nothing_happens}),
    "decline-unnoticed": (order.decisions, {"payment.declined": nothing_happens}),
}
"""By name: the service, and the change of each of its reactions."""

HARMLESS: dict[str, tuple[Any, dict[str, Mutate]]] = {
    "any-intent-is-its-own": (
        shipping.decisions,
        {"payment.captured": any_intent_is_its_own, "order.placed": any_intent_is_its_own},
    ),
}
"""Mutants that survive for a reason, which the test states."""
