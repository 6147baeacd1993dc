"""The mutants that change the code of a process. Those of infra/mutants/template.py change resources."""

from infra.mutants.consumer import CONSUMER_MUTANTS
from infra.mutants.decisions import DECISION_MUTANTS, decision_mutant
from infra.mutants.http_api import HTTP_API_MUTANTS
from infra.mutants.mutant import Mutant
from infra.mutants.relay import RELAY_MUTANTS

PROCESS_MUTANTS: dict[str, Mutant] = {
    **HTTP_API_MUTANTS,
    **RELAY_MUTANTS,
    **CONSUMER_MUTANTS,
    **{name: decision_mutant(name) for name in DECISION_MUTANTS},
}
"""The simulator must notice each of these."""
