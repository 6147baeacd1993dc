"""The model checker: no interleaving of one order violates an invariant, and each safeguard is necessary."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from choreography.decisions import Decision
from contracts.envelope import Event
from contracts.payments import PaymentDeclined
from infra.mutants.decisions import DECISION_MUTANTS, HARMLESS, mutated
from infra.simulation.external_services import BEHAVIOURS, Behaviour, Effect, Entry
from infra.simulation.model_checker import Exploration, ModelChecker
from payment.gateway import EXPIRED, Settle
from payment.state import Payment

# Every order may be rejected: Payment may have begun the charge and not finished it before the deadline.
EXPECTED_STATUSES = {
    (False, False): {"shipped", "completed", "cancelled", "rejected"},
    (False, True): {"cancelled", "rejected"},
    (True, False): {"rejected", "cancelled"},
    (True, True): {"rejected", "cancelled"},
}


def violation(behaviour: Behaviour, found: Exploration) -> str | None:
    """Return the violation of an invariant, or the final statuses that differ from the expected ones."""
    different = EXPECTED_STATUSES[behaviour.declines, behaviour.unserviceable] ^ set(found.final)
    return found.violation or (f"not as expected: {', '.join(sorted(different))}" if different else None)


def first_violation(behaviours: Iterable[Behaviour], *, versioned: bool = True) -> str | None:
    for behaviour in behaviours:
        if found := violation(behaviour, ModelChecker(behaviour, versioned=versioned).explore()):
            return found
    return None


@cache
def explored(behaviour: Behaviour) -> tuple[ModelChecker, Exploration]:
    """Explore once for several tests: it takes seconds."""
    checker = ModelChecker(behaviour)
    return checker, checker.explore()


def behaviour_with(changed: Iterable[str]) -> Behaviour:
    """Return the behaviour of gateway and carrier in which the changed events occur."""
    return Behaviour(declines="payment.declined" in changed, unserviceable="shipment.failed" in changed)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=str)
def test_every_interleaving_keeps_every_invariant(behaviour: Behaviour) -> None:
    _, found = explored(behaviour)
    assert violation(behaviour, found) is None, "\n".join(found.path)
    assert found.states > 3_000, "the checker explores fewer states than before"


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=str)
def test_one_worker_of_each_service_gets_the_same_deliveries_as_two(behaviour: Behaviour) -> None:
    """The coverage of a simulation needs the deliveries only, so it explores fewer states."""
    one, (two, found) = ModelChecker(behaviour, workers=1), explored(behaviour)
    assert one.explore().states < found.states
    assert one.deliveries == two.deliveries


@pytest.mark.parametrize("name", DECISION_MUTANTS)
def test_the_model_checker_notices_a_removed_safeguard(name: str) -> None:
    service, changes = DECISION_MUTANTS[name]
    with mutated(service, changes):
        assert first_violation([behaviour_with(changes)]) is not None


def test_a_handler_may_continue_another_events_intent() -> None:
    """`intent_by` is redundant: the version and the carrier's idempotency key prevent the same faults."""
    service, changes = HARMLESS["takes-over-intent"]
    with mutated(service, changes):
        assert first_violation([behaviour_with(changes)]) is None


def test_declining_a_begun_charge_without_the_gateway_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Payment would keep the money of a rejected order if the gateway had already charged it."""

    def decline(state: Payment, _: Event[Any]) -> Decision[Payment]:
        declined = state.model_copy(update={"status": "declined"})
        return (
            Decision(declined, (PaymentDeclined(reason=EXPIRED),))
            if state.status == "charging"
            else Decision(state)
        )

    monkeypatch.setattr("payment.decisions.settle", decline)
    assert first_violation(BEHAVIOURS[:1]) is not None


def test_a_look_up_of_a_begun_charge_without_settling_it_is_a_violation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another worker may still charge after the look-up, so Payment must make the charge impossible."""
    perform = Behaviour.perform

    def look_up(behaviour: Behaviour, effect: Effect, ledger: tuple[Entry, ...]) -> Any:
        after, answer = perform(behaviour, effect, ledger)
        return (ledger if isinstance(effect, Settle) else after), answer

    monkeypatch.setattr(Behaviour, "perform", look_up)
    assert first_violation(BEHAVIOURS[:1]) is not None


def test_writes_without_the_condition_on_the_version_are_a_violation() -> None:
    assert first_violation(BEHAVIOURS, versioned=False) is not None


def test_a_gateway_that_ignores_idempotency_keys_charges_twice() -> None:
    forgetful = [replace(behaviour, forgets_keys=True) for behaviour in BEHAVIOURS]
    assert first_violation(forgetful) == "charged twice"


def test_the_exploration_has_the_path_to_its_violation() -> None:
    with mutated(*DECISION_MUTANTS["dispatch-before-payment"]):
        found = ModelChecker(BEHAVIOURS[0]).explore()
    assert found.path[0] == "placed none none | ledgers: empty | workers: none"
    assert found.path[-1].endswith("shipping answered order.placed")
