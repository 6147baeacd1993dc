"""All mutants: the deployed code or its template, with one safeguard removed."""

from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import infra.simulation.world
from infra.mutants.consumer import no_condition_on_the_record
from infra.mutants.http_api import no_idempotency_at_the_edge
from infra.mutants.mutant import Mutant
from infra.mutants.processes import PROCESS_MUTANTS
from infra.mutants.template import TEMPLATE_MUTANTS, Change


def simulated(change: Change) -> Mutant:
    """The context in which the simulation's template lacks a safeguard."""

    def mutant() -> AbstractContextManager[Any]:
        changed = change(infra.simulation.world.template())
        return patch.object(infra.simulation.world, "template", lambda: changed)

    return mutant


MUTANTS: dict[str, Mutant] = {
    **PROCESS_MUTANTS,
    **{name: simulated(change) for name, change in TEMPLATE_MUTANTS.items()},
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
