"""All mutants: the deployed code or its template, with one safeguard removed."""

from infra.mutants.consumer import CODE_MUTANTS, no_condition_on_the_record
from infra.mutants.decisions import DECISION_MUTANTS, decision_mutant
from infra.mutants.edge import Mutant, no_idempotency_at_the_edge
from infra.mutants.template import TEMPLATE_MUTANTS

MUTANTS: dict[str, Mutant] = {
    **CODE_MUTANTS,
    **TEMPLATE_MUTANTS,
    **{name: decision_mutant(name) for name in DECISION_MUTANTS},
}
"""The simulator must notice each of these."""

SURVIVORS: dict[str, tuple[Mutant, str]] = {
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
