"""The template with one safeguard removed. The simulator must notice each removal."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from unittest.mock import patch

import infra.simulation.world
from infra.local.provisioning.model import Template
from infra.mutants.edge import Mutant


def filter_lacks(subscription: str, event_type: str) -> Mutant:
    """A subscription's filter policy lacks an event type."""

    @contextmanager
    def filtered() -> Iterator[None]:
        whole = infra.simulation.world.template()
        resource = whole.resources[subscription]
        types = [kind for kind in resource["Properties"]["FilterPolicy"]["type"] if kind != event_type]
        policy = {"FilterPolicy": {"type": types}}
        changed: Template = replace(
            whole,
            resources={
                **whole.resources,
                subscription: {**resource, "Properties": {**resource["Properties"], **policy}},
            },
        )
        with patch.object(infra.simulation.world, "template", lambda: changed):
            yield

    return filtered


@contextmanager
def loops_are_stopped() -> Iterator[None]:
    """No function sets RecursiveLoop: Allow."""
    whole = infra.simulation.world.template()
    resources = deepcopy(dict(whole.resources))
    for resource in resources.values():
        resource.get("Properties", {}).pop("RecursiveLoop", None)
    with patch.object(infra.simulation.world, "template", lambda: replace(whole, resources=resources)):
        yield


def role_lacks(role: str, action: str) -> Mutant:
    """The first policy of a role lacks an action that its function needs."""

    @contextmanager
    def narrower() -> Iterator[None]:
        whole = infra.simulation.world.template()
        resources = deepcopy(dict(whole.resources))
        for statement in resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]:
            if action in statement.get("Action", ()):
                statement["Action"] = [other for other in statement["Action"] if other != action]
        changed = replace(whole, resources=resources)
        with patch.object(infra.simulation.world, "template", lambda: changed):
            yield

    return narrower


TEMPLATE_MUTANTS: dict[str, Mutant] = {
    "loops-are-stopped": loops_are_stopped,
    "filter-lacks-declined": filter_lacks("OrderFromPayment", "payment.declined"),
    "filter-lacks-request": filter_lacks("ShippingFromOrder", "order.cancellation_requested"),
    "role-lacks-visibility": role_lacks("PaymentConsumerRole", "sqs:ChangeMessageVisibility"),
}
