"""Checks that each event type has its entry in the catalogue, a subscription and a sample.

`choreo run` makes these checks at its start. They read the template's resources untranslated.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import contracts
from contracts.catalogue import EVENTS
from contracts.envelope import Payload
from infra.findings.finding import Finding
from infra.samples.sample_order import PRODUCERS

EVENT = "event"
SUBSCRIPTION = "subscription"


def of_events(resources: Mapping[str, Any]) -> Iterator[Finding]:
    """The findings about events of these resources of a template."""
    delivered = set()
    for name, types in filters(resources):
        delivered |= types
        for kind in sorted(types - EVENTS.keys()):
            yield Finding(
                name, f"has {kind} in its filter policy, which contracts/catalogue.py does not list", EVENT
            )
    for kind, payload in sorted(_defined().items()):
        if kind not in EVENTS:
            where = f"{payload.__module__}.{payload.__name__}"
            yield Finding(kind, f"({where}) has no entry in contracts/catalogue.py", EVENT)
    for kind in EVENTS:
        if kind not in delivered:
            yield Finding(kind, "is in no filter policy, so no consumer gets it", SUBSCRIPTION)
        if kind not in PRODUCERS:
            yield Finding(kind, "has no sample in EMITTED of infra/samples/sample_order.py", EVENT)


def filters(resources: Mapping[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """The event types in the filter policy of each subscription, by its logical id."""
    for name, resource in sorted(resources.items()):
        if resource.get("Type") == "AWS::SNS::Subscription":
            policy = resource.get("Properties", {}).get("FilterPolicy", {})
            types = policy.get("type", ()) if isinstance(policy, Mapping) else ()
            yield name, {kind for kind in types if isinstance(kind, str)}


def _defined() -> dict[str, type[Payload]]:
    """The payload classes in the modules of `contracts`, by event type."""
    for module in pkgutil.iter_modules(contracts.__path__):
        import_module(f"contracts.{module.name}")
    waiting, found = list(Payload.__subclasses__()), {}
    while waiting:
        payload = waiting.pop()
        waiting += payload.__subclasses__()
        if payload.__module__.startswith("contracts."):
            found[payload.type] = payload
    return found
