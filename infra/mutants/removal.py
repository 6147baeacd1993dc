"""Removes safeguards from the processes of functions, for a local run that shows what a safeguard is for.

The mutants of the template are in infra/mutants/template.py: they change resources, not processes.
"""

import json
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest.mock import patch

import choreography.consumer
import payment.decisions
from choreography.table import Table
from contracts.catalogue import ContractError, read
from contracts.envelope import Event
from infra.mutants.consumer import new_key_at_every_call, write
from infra.mutants.decisions import decided_as, mutated
from infra.mutants.mutant import Mutant
from infra.mutants.processes import PROCESS_MUTANTS
from payment.gateway import Charge
from payment.state import Payment


def _without_payments_record(
    table: Table[Any], read: Any, state: Any, *, handled: Any = None, emitted: Any = ()
) -> Any:
    return write(table, read, state, handled=None if isinstance(state, Payment) else handled, emitted=emitted)


def no_deduplication_of_charges() -> AbstractContextManager[Any]:
    """Payment charges for each delivery of order.placed.

    It lacks three safeguards, each of which suffices alone: the record of the handled event, the payment's
    status, and the idempotency key of the charge.
    """
    removed = ExitStack()
    removed.enter_context(patch.object(Table, "write", _without_payments_record))
    removed.enter_context(mutated(payment.decisions, {"order.placed": decided_as("captured", "none")}))
    removed.enter_context(new_key_at_every_call(Charge)())
    return removed


def unknown_fields_are_refused() -> AbstractContextManager[Any]:
    """A consumer refuses an event with a field that it does not know."""

    def strict(message: str | bytes) -> Event[Any]:
        event = read(message)
        if unknown := json.loads(message)["data"].keys() - type(event.data).model_fields.keys():
            raise ContractError(f"data: unknown fields {', '.join(sorted(unknown))}")
        return event

    return patch.object(choreography.consumer, "read", strict)


REMOVABLE: dict[str, Mutant] = {
    "no-deduplication-of-charges": no_deduplication_of_charges,
    "unknown-fields-are-refused": unknown_fields_are_refused,
    **PROCESS_MUTANTS,
}
"""The safeguards that a process can lack, by the name of the mutant."""

_removed = ExitStack()
"""Kept, because a mutant ends when its context is deleted."""


def remove(name: str) -> None:
    """Removes a safeguard from this process until it ends. Raises KeyError for an unknown name."""
    _removed.enter_context(REMOVABLE[name]())
