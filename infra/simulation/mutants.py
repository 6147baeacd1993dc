"""All mutants: the deployed code or its template, with one safeguard removed."""

from infra.simulation.code_mutants import CODE_MUTANTS, no_condition_on_the_record
from infra.simulation.decision_mutants import DECISION_MUTANTS, decision_mutant
from infra.simulation.edge_mutants import Mutant, no_idempotency_at_the_edge
from infra.simulation.template_mutants import TEMPLATE_MUTANTS

RECORDED = ("decline-ignored", "completion-ignored")
"""Reactions of Order without an effect on its status, which follows from the records of handled events."""

MUTANTS: dict[str, Mutant] = {
    **CODE_MUTANTS,
    **TEMPLATE_MUTANTS,
    **{name: decision_mutant(name) for name in DECISION_MUTANTS if name not in RECORDED},
}
"""The simulator must notice each of these."""

SURVIVORS: dict[str, tuple[Mutant, str]] = {
    **{
        name: (
            decision_mutant(name),
            "Order's status follows from the types of the events in its inbox. The reaction adds a reason, "
            "or the time of delivery. The model checker, which stores no items, notices the mutant",
        )
        for name in RECORDED
    },
    "no-idempotency-at-the-edge": (
        no_idempotency_at_the_edge,
        "the order's id is derived from customer and key, and its write is conditional. The HTTP API's "
        "idempotency record saves work and replays the first answer, and no invariant depends on it",
    ),
    "no-condition-on-the-record": (
        no_condition_on_the_record,
        "a write that adds a record also increments the version. The condition on the record protects only "
        "from other programs that write to the table",
    ),
}
"""Mutants that the simulator does not notice, and why each violates no invariant."""
