"""The finding about a resource that another one refers to and that the template lacks."""

import re

from infra.findings.finding import Finding
from infra.findings.resources import QUEUE, SERVICE
from infra.local.provisioning.errors import TemplateError

_MISSING = re.compile(
    r": (?P<subject>\S+): .*there is no (parameter or )?resource (?P<name>\w+); correct the name"
)
_OF_A_SERVICE = ("Topic", "Table", "Relay", "RelayDeadLetters")
"""The ends of the names of what a service has once. A queue or a function has all others."""


def missing_resource(error: TemplateError) -> Finding | None:
    """The finding, if the error is about a reference to a missing resource."""
    found = _MISSING.search(str(error))
    if found is None:
        return None
    name = found["name"]
    recipe = SERVICE if name.endswith(_OF_A_SERVICE) else QUEUE
    return Finding(found["subject"], f"refers to {name}, which template.yaml does not have", recipe)


def explained(error: TemplateError) -> str:
    """The text of an error of the template, with the recipe if a resource is missing."""
    return str(missing_resource(error) or error)
