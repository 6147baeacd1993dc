"""All findings of the project: of its template, its events and its reactions."""

from collections.abc import Iterator
from importlib import import_module

from infra.findings.events import filters, of_events
from infra.findings.finding import Finding, Incomplete
from infra.findings.missing import missing_resource
from infra.findings.resources import SUBSCRIPTION, of_resources
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.model import Template
from infra.local.provisioning.template import load
from infra.samples.sample_order import EMITTED
from infra.shared.root import ROOT


def findings(template: Template | None = None) -> list[Finding]:
    """What the project lacks. `template` is the project's own by default. Raises TemplateError."""
    try:
        checked = template or load(ROOT / "template.yaml")
    except TemplateError as error:
        if missing := missing_resource(error):
            return [missing]
        raise
    return [*of_resources(checked), *of_events(checked.resources), *_of_reactions(checked)]


def check(template: Template | None = None) -> None:
    """Raises Incomplete if the project has findings."""
    found = findings(template)
    if found:
        raise Incomplete(found)


def _of_reactions(template: Template) -> Iterator[Finding]:
    """A service's main queue gets exactly the events that the service reacts to."""
    types = dict(filters(template.resources))
    for service in EMITTED:
        queue = f"{service.capitalize()}Queue"
        delivered = set().union(
            *(
                types[name]
                for name, resource in template.resources.items()
                if name in types and resource["Properties"].get("Endpoint") == {"Fn::GetAtt": [queue, "Arn"]}
            )
        )
        reactions = import_module(f"{service}.decisions").REACTIONS.keys()
        for kind in sorted(delivered - reactions):
            yield Finding(
                kind, f"comes to {queue}, and {service}.decisions has no reaction to it", SUBSCRIPTION
            )
        for kind in sorted(reactions - delivered):
            yield Finding(
                kind, f"has a reaction in {service}.decisions, and does not come to {queue}", SUBSCRIPTION
            )
