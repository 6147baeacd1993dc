"""Lessons on the flow of an order without a fault in a process: services stop, and orders end otherwise."""

from infra.lessons.acts import place, settle, start, stop, wait_for_status, wait_in_queue
from infra.lessons.lesson import Lesson, Safeguard, Step

PLACING = Lesson(
    name="placing",
    title="Placing an order, and following it",
    story=(
        "Ada places an order with Order, which publishes order.placed.",
        "Payment and Shipping both receive it; Payment charges, and its event lets Shipping dispatch.",
        "No program coordinates them: each service reacts to events and publishes its own.",
    ),
    watch="Follow the order's messages from service to service.",
    steps=(
        Step("Ada places an order.", place()),
        Step("The order is shipped.", wait_for_status("shipped")),
    ),
    outcome="charged once and shipped once",
)

SERVICE_DOWN = Lesson(
    name="service-down",
    title="A service is down, and catches up",
    story=(
        "Payment stops, and three customers place orders.",
        "Order accepts all of them, because it never calls Payment.",
        "When Payment starts again, it works off its queue, and all orders are shipped.",
    ),
    watch="Three messages wait in PaymentQueue while Payment is stopped.",
    steps=(
        Step("Payment stops.", stop("payment")),
        Step("Ada, Grace and Alan place orders.", place("shipped", "ada", "grace", "alan")),
        Step("Their orders wait in Payment's queue.", wait_in_queue("PaymentQueue", 3)),
        Step("Payment starts again.", start("payment")),
    ),
    outcome="three orders wait, and all are shipped",
)

COMPENSATION = Lesson(
    name="compensation",
    title="Compensation",
    story=(
        "Ada orders to a country that the carrier does not serve.",
        "Payment has charged her already when Shipping learns it, and publishes shipment.failed.",
        "Payment reacts with a refund, and Order is cancelled once the money is back.",
    ),
    watch="The order's arrows: captured, failed, refunded, cancelled.",
    steps=(
        Step("Ada places an order to Antarctica.", place("unserviceable")),
        Step("The order is handled.", settle),
    ),
    outcome="charged, refunded, and cancelled",
    safeguards=(
        Safeguard(
            without="no-refund-on-failure",
            light=2,
            consequence="charged, and no parcel",
            cost="",
            code=("payment/decisions.py:_give_back",),
            decision="0001-choreography-without-an-orchestrator.md",
        ),
    ),
)
