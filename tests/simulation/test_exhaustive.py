"""No interleaving of one order breaks a promise, and each safeguard is why."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from choreography.decisions import Decision
from contracts.envelope import Event
from contracts.payments import PaymentDeclined
from infra.simulation.exhaustive import Explorer, Finding
from infra.simulation.story import BEHAVIOURS, Behaviour, Effect, Entry
from payment.gateway import EXPIRED, Settle
from payment.state import Payment
from tests.simulation.decision_mutants import DECISION_MUTANTS, HARMLESS, mutated

# An order may always be rejected: its charge was begun, and not made in time.
EXPECTED_ENDS = {
    (False, False): {"shipped", "completed", "cancelled", "rejected"},
    (False, True): {"cancelled", "rejected"},
    (True, False): {"rejected", "cancelled"},
    (True, True): {"rejected", "cancelled"},
}


def judge(behaviour: Behaviour, finding: Finding) -> str | None:
    """What is wrong: a broken promise, or an end that should be within reach and is not."""
    missed = EXPECTED_ENDS[behaviour.declines, behaviour.unserviceable] ^ set(finding.ends)
    return finding.wrong or (f"not as expected: {', '.join(sorted(missed))}" if missed else None)


def first_violation(behaviours: Iterable[Behaviour], *, versioned: bool = True) -> str | None:
    for behaviour in behaviours:
        if wrong := judge(behaviour, Explorer(behaviour, versioned=versioned).explore()):
            return wrong
    return None


def where_it_matters(changed: Iterable[str]) -> Behaviour:
    """The behaviour of gateway and carrier in which the events whose handling is changed occur."""
    return Behaviour(declines="payment.declined" in changed, unserviceable="shipment.failed" in changed)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=str)
def test_every_interleaving_keeps_every_promise(behaviour: Behaviour) -> None:
    finding = Explorer(behaviour).explore()
    assert judge(behaviour, finding) is None, "\n".join(finding.path)
    assert finding.worlds > 3_000, "the exploration is no longer what it was"


@pytest.mark.parametrize("name", DECISION_MUTANTS)
def test_a_safeguard_removed_is_missed(name: str) -> None:
    service, changes = DECISION_MUTANTS[name]
    with mutated(service, changes):
        assert first_violation([where_it_matters(changes)]) is not None


def test_whoever_meets_an_intent_may_as_well_carry_on() -> None:
    """A finding: `intent_by` prevents nothing that the version and the carrier's key do not prevent."""
    service, changes = HARMLESS["any-intent-is-its-own"]
    with mutated(service, changes):
        assert first_violation([where_it_matters(changes)]) is None


def test_a_charge_that_was_begun_has_to_be_settled_by_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """To decline an expired order without asking would leave customers charged for rejected orders."""

    def decline(state: Payment, _: Event[Any]) -> Decision[Payment]:
        declined = state.model_copy(update={"status": "declined"})
        return (
            Decision(declined, (PaymentDeclined(reason=EXPIRED),))
            if state.status == "charging"
            else Decision(state)
        )

    monkeypatch.setattr("payment.decisions.settle", decline)
    assert first_violation(BEHAVIOURS[:1]) is not None


def test_a_settled_charge_has_to_be_impossible_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """To look the charge up is not enough: another worker's charge may be under way."""
    perform = Behaviour.perform

    def look_up(behaviour: Behaviour, effect: Effect, ledger: tuple[Entry, ...]) -> Any:
        after, answer = perform(behaviour, effect, ledger)
        return (ledger if isinstance(effect, Settle) else after), answer

    monkeypatch.setattr(Behaviour, "perform", look_up)
    assert first_violation(BEHAVIOURS[:1]) is not None


def test_the_condition_on_the_version_is_needed() -> None:
    assert first_violation(BEHAVIOURS, versioned=False) is not None


def test_the_idempotency_key_is_needed() -> None:
    forgetful = [replace(behaviour, forgets_keys=True) for behaviour in BEHAVIOURS]
    assert first_violation(forgetful) == "charged twice"


def test_a_violation_tells_how_it_came_about() -> None:
    with mutated(*DECISION_MUTANTS["dispatch-before-payment"]):
        finding = Explorer(BEHAVIOURS[0]).explore()
    assert finding.path[0] == "placed none none | ledgers: empty | at work: nobody"
    assert finding.path[-1].endswith("shipping answered order.placed")
