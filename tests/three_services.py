"""Limits a project that grew from this repository to what the tests of Order, Payment and Shipping state.

A further subscription adds events to an order's history and to the items of the services. Tests that state a
history, a queue's content or an item's size exactly have the marker `three_services`: their `world` delivers
only the events that this repository delivers. All other tests run with the whole template.
"""

import json
from functools import cache

from infra.findings.events import filters
from infra.local.aws.clients import client
from infra.local.model.stack import Stack
from infra.local.provisioning.reading import read
from infra.shared.root import ROOT

SUBSCRIPTIONS = {
    "OrderExpiryFromOrder": {"order.placed"},
    "OrderFromPayment": {"payment.captured", "payment.declined", "payment.refunded", "payment.voided"},
    "OrderFromShipping": {
        "shipment.cancelled",
        "shipment.delivered",
        "shipment.dispatched",
        "shipment.failed",
    },
    "PaymentFromOrder": {"order.placed"},
    "PaymentFromShipping": {"shipment.cancelled", "shipment.failed"},
    "ShippingFromOrder": {"order.cancellation_requested", "order.placed"},
    "ShippingFromPayment": {"payment.captured", "payment.declined"},
}
"""The event types in the filter policy of each subscription of this repository."""
EVENT_TYPES = frozenset[str]().union(*SUBSCRIPTIONS.values())
NOT_STATED = "template.yaml has further subscriptions, whose work this test does not state"
"""The reason to skip a test of exact numbers."""
RECEIVED = {
    (name.partition("From")[0].removesuffix("Expiry").lower(), kind)
    for name, types in SUBSCRIPTIONS.items()
    for kind in types
}
"""Each service with each event type that it receives."""


@cache
def limited() -> dict[str, set[str]]:
    """The subscriptions with further event types, each with its event types of this repository.

    There are none in this repository.
    """
    delivered = dict(filters(read(ROOT / "template.yaml")["Resources"]))
    known = {name: types & SUBSCRIPTIONS.get(name, set()) for name, types in delivered.items()}
    return {name: known[name] for name, types in delivered.items() if types != known[name]}


def deliver_only_to_three_services(stack: Stack) -> None:
    """Removes the further event types from the filter policies. What a policy lacks stays missing."""
    topics = client("sns")
    for name, types in limited().items():
        policy = {"type": sorted(types) or ["no.event"]}
        topics.set_subscription_attributes(
            SubscriptionArn=stack.subscriptions[name],
            AttributeName="FilterPolicy",
            AttributeValue=json.dumps(policy),
        )
