"""The services' decisions with one safeguard removed. The model checker must notice each removal."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
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
    """Change reactions of a service within the context, and allow every transition in its table."""
    tables = [service.REACTIONS, getattr(service, "CARRIER_REACTIONS", {})]
    (reactions,) = (cast("dict[str, React]", table) for table in tables if changes.keys() <= table.keys())
    with ExitStack() as patches:
        for decisions in (order.decisions, payment.decisions, shipping.decisions):
            patches.enter_context(patch.object(decisions, "check_move", lambda *_: None))
        changed = {kind: change(reactions[kind]) for kind, change in changes.items()}
        patches.enter_context(patch.dict(reactions, changed))
        yield


def no_intent(react: React) -> React:
    """Performs the effect before it writes the intent."""

    def mutant(state: Any, event: Event[Any]) -> Decision[Any]:
        decision = react(state, event)
        if decision.effect is None:
            return decision
        noted = (
            {"status": state.status, "intent_by": None} if isinstance(state, Shipment) else {"status": "none"}
        )
        return Decision(decision.state.model_copy(update=noted), effect=decision.effect)

    return mutant


def decided_as(before: str, instead: str) -> Mutate:
    """Decides in one status as in another status."""

    def change(react: React) -> React:
        def mutant(state: Any, event: Event[Any]) -> Decision[Any]:
            if state.status == before:
                state = state.model_copy(update={"status": instead})
            return react(state, event)

        return mutant

    return change


def void_not_recorded(react: React) -> React:
    """Publishes payment.voided without recording it."""

    def mutant(state: Payment, event: Event[Any]) -> Decision[Payment]:
        decision = react(state, event)
        return Decision(state, decision.payloads) if decision.state.status == "voided" else decision

    return mutant


def ignored(react: React) -> React:
    """Ignores the event."""
    return lambda state, event: Decision(state)


def takes_over_intent(react: React) -> React:
    """Continues the intent of another event."""

    def mutant(state: Shipment, event: Event[Any]) -> Decision[Shipment]:
        try:
            return react(state, event)
        except IntentHeld:
            return react(state.model_copy(update={"intent_by": event.id}), event)

    return mutant


def never_waits(react: React) -> React:
    """Acknowledges an event that finds the intent of another event, instead of retrying it."""

    def mutant(state: Any, event: Event[Any]) -> Decision[Any]:
        try:
            return react(state, event)
        except IntentHeld:
            return Decision(state)

    return mutant


def without_payment(react: React) -> React:
    """Dispatches as if the payment were captured."""

    def mutant(state: Shipment, event: Event[Any]) -> Decision[Shipment]:
        return react(state.model_copy(update={"captured_by": event.id}), event)

    return mutant


def without_address(react: React) -> React:
    """Dispatches before the address is known."""

    def mutant(state: Shipment, event: Event[Any]) -> Decision[Shipment]:
        decision = react(state, event)
        if decision.effect is not None or state.status != "none":
            return decision
        intent = decision.state.model_copy(update={"status": "dispatching", "intent_by": event.id})
        return Decision(intent, effect=Dispatch(event.order_id, cast(Any, None), ()))

    return mutant


def only_with_address(react: React) -> React:
    """Ignores a payment that arrives before the address, as if events arrived in causal order."""

    def mutant(state: Shipment, event: Event[Any]) -> Decision[Shipment]:
        return react(state, event) if state.address is not None else Decision(state)

    return mutant


def reported_early(react: React) -> React:
    """Publishes the delivery at once, even if it arrives before the carrier's answer to the dispatch."""

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
    "void-while-charging": (payment.decisions, {"shipment.cancelled": decided_as("charging", "none")}),
    "void-not-recorded": (payment.decisions, {"shipment.cancelled": void_not_recorded}),
    "no-refund-on-cancel": (payment.decisions, {"shipment.cancelled": ignored}),
    "no-refund-on-failure": (payment.decisions, {"shipment.failed": ignored}),
    "refund-never-waits": (payment.decisions, {"shipment.cancelled": never_waits}),
    "charge-after-void": (payment.decisions, {"order.placed": decided_as("voided", "none")}),
    "cancel-while-dispatching": (
        shipping.decisions,
        {"order.cancellation_requested": decided_as("dispatching", "none")},
    ),
    "dispatch-after-cancel": (shipping.decisions, {"payment.captured": decided_as("cancelled", "none")}),
    "dispatch-before-payment": (shipping.decisions, {"order.placed": without_payment}),
    "dispatch-without-address": (shipping.decisions, {"payment.captured": without_address}),
    "payment-before-address-ignored": (shipping.decisions, {"payment.captured": only_with_address}),
    "late-payment-ignored": (shipping.decisions, {"payment.captured": ignored}),
    "late-address-ignored": (shipping.decisions, {"order.placed": ignored}),
    "delivery-ignored": (shipping.decisions, {"carrier.parcel_delivered": ignored}),
    "delivery-published-before-the-dispatch": (
        shipping.decisions,
        {"carrier.parcel_delivered": reported_early},
    ),
    "completion-ignored": (order.decisions, {"shipment.delivered": ignored}),
    "cancellation-ignored": (shipping.decisions, {"order.cancellation_requested": ignored}),
    "decline-ignored": (order.decisions, {"payment.declined": ignored}),
}
"""For each name: the service, and the changes of its reactions."""

HARMLESS: dict[str, tuple[Any, dict[str, Mutate]]] = {
    "takes-over-intent": (
        shipping.decisions,
        {"payment.captured": takes_over_intent, "order.placed": takes_over_intent},
    ),
}
"""Mutants that violate no invariant. The test's docstring gives the reason."""


def decision_mutant(name: str) -> Callable[[], AbstractContextManager[None]]:
    """The context in which the decisions lack this safeguard."""
    return lambda: mutated(*DECISION_MUTANTS[name])
