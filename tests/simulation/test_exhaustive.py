"""No interleaving of one order violates an invariant, and each safeguard is needed for that."""

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

# Every order may be rejected: its charge was begun, but not made in time.
EXPECTED_ENDS = {
    (False, False): {"shipped", "completed", "cancelled", "rejected"},
    (False, True): {"cancelled", "rejected"},
    (True, False): {"rejected", "cancelled"},
    (True, True): {"rejected", "cancelled"},
}


def judge(behaviour: Behaviour, finding: Finding) -> str | None:
    """The violation: of an invariant, or a final status that should be reachable and is not."""
    missed = EXPECTED_ENDS[behaviour.declines, behaviour.unserviceable] ^ set(finding.ends)
    return finding.wrong or (f"not as expected: {', '.join(sorted(missed))}" if missed else None)


def first_violation(behaviours: Iterable[Behaviour], *, versioned: bool = True) -> str | None:
    for behaviour in behaviours:
        if wrong := judge(behaviour, Explorer(behaviour, versioned=versioned).explore()):
            return wrong
    return None


def where_it_matters(changed: Iterable[str]) -> Behaviour:
    """The behaviour of gateway and carrier in which the changed events occur."""
    return Behaviour(declines="payment.declined" in changed, unserviceable="shipment.failed" in changed)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=str)
def test_every_interleaving_keeps_every_invariant(behaviour: Behaviour) -> None:
    finding = Explorer(behaviour).explore()
    assert judge(behaviour, finding) is None, "\n".join(finding.path)
    assert finding.worlds > 3_000, "the exploration is no longer what it was"


@pytest.mark.parametrize("name", DECISION_MUTANTS)
def test_a_removed_safeguard_is_noticed(name: str) -> None:
    service, changes = DECISION_MUTANTS[name]
    with mutated(service, changes):
        assert first_violation([where_it_matters(changes)]) is not None


def test_a_handler_that_continues_another_events_intent_does_no_harm() -> None:
    """A finding: `intent_by` prevents nothing that the version and the carrier's key do not prevent."""
    service, changes = HARMLESS["any-intent-is-its-own"]
    with mutated(service, changes):
        assert first_violation([where_it_matters(changes)]) is None


def test_a_charge_that_was_begun_has_to_be_settled_by_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declining an expired order without asking the gateway would keep money for rejected orders."""

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
    """Looking the charge up is not enough: another worker may be charging."""
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


def test_a_violation_has_the_path_that_leads_to_it() -> None:
    with mutated(*DECISION_MUTANTS["dispatch-before-payment"]):
        finding = Explorer(BEHAVIOURS[0]).explore()
    assert finding.path[0] == "placed none none | ledgers: empty | at work: none"
    assert finding.path[-1].endswith("shipping answered order.placed")
