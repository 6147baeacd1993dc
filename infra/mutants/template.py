"""The template with one safeguard removed: pure changes, which the simulation and a local run apply."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from infra.local.provisioning.model import Template

Change = Callable[[Template], Template]


def filter_lacks(subscription: str, event_type: str) -> Change:
    """A subscription's filter policy lacks an event type."""

    def change(template: Template) -> Template:
        resources = deepcopy(dict(template.resources))
        policy = resources[subscription]["Properties"]["FilterPolicy"]
        policy["type"] = [kind for kind in policy["type"] if kind != event_type]
        return replace(template, resources=resources)

    return change


def loops_are_stopped(template: Template) -> Template:
    """No function sets RecursiveLoop: Allow."""
    resources = deepcopy(dict(template.resources))
    for resource in resources.values():
        resource.get("Properties", {}).pop("RecursiveLoop", None)
    return replace(template, resources=resources)


def role_lacks(role: str, action: str) -> Change:
    """The first policy of a role lacks an action that its function needs."""

    def change(template: Template) -> Template:
        resources = deepcopy(dict(template.resources))
        for statement in resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]:
            if action in statement.get("Action", ()):
                statement["Action"] = [other for other in statement["Action"] if other != action]
        return replace(template, resources=resources)

    return change


TEMPLATE_MUTANTS: dict[str, Change] = {
    "loops-are-stopped": loops_are_stopped,
    "filter-lacks-declined": filter_lacks("OrderFromPayment", "payment.declined"),
    "filter-lacks-request": filter_lacks("ShippingFromOrder", "order.cancellation_requested"),
    "role-lacks-visibility": role_lacks("PaymentConsumerRole", "sqs:ChangeMessageVisibility"),
}
