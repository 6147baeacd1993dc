"""Lessons on publishing: an event is written and published, or neither."""

from infra.lessons.acts import cancel, fail_call, start, stop, wait_for_fault, wait_until_published
from infra.lessons.lesson import Lesson, Safeguard, Step
from infra.lessons.steps import order_waits_for
from infra.lessons.tables import SHIPMENTS

DUAL_WRITE = Lesson(
    name="dual-write",
    title="A crash between the write and the publish",
    story=(
        "Payment charges Ada and writes payment.captured into its outbox, in one write with its state.",
        "The process that publishes the event then crashes before it calls SNS.",
        "The relay gets the write from the table's stream again, and publishes the event.",
    ),
    watch="Payment's relay crashes; the stream invokes it again, and the order is shipped.",
    steps=(
        *order_waits_for("payment"),
        Step(
            "Payment's next process that publishes for this order will crash before the call.",
            fail_call("payment", "PublishBatch", "before", "crash"),
        ),
        Step("Payment starts, charges Ada, and crashes.", start("payment")),
    ),
    outcome="the relay publishes after the crash; shipped once",
    safeguards=(
        Safeguard(
            without="dual-write",
            light=1,
            consequence="charged, and the order hangs",
            cost="relay",
            code=("choreography/table.py:write", "choreography/relay.py:handler"),
            decision="0003-relay-by-the-tables-stream.md",
        ),
    ),
)

EARLY_PUBLISH = Lesson(
    name="early-publish",
    title="A crash between the publish and the write",
    story=(
        "Ada cancels her order, and Shipping crashes before it writes that it stops the order.",
        "Its event is in the same write, so the crash has published nothing.",
        "Meanwhile Payment charges Ada, and Shipping may now decide otherwise.",
    ),
    watch="ShippingQueue has the cancellation in flight, while payment.captured arrives.",
    steps=(
        Step("Payment stops.", stop("payment")),
        *order_waits_for("shipping"),
        Step(
            "Shipping will crash before it writes that it stops this order.",
            fail_call("shipping", "PutItem", "before", "crash", table=SHIPMENTS, text="shipment.cancelled"),
        ),
        Step("Ada cancels the order.", cancel),
        Step("Order publishes both events.", wait_until_published("order")),
        Step("Shipping starts, and crashes.", start("shipping")),
        Step("The crash happens.", wait_for_fault),
        Step("Payment starts, and charges Ada.", start("payment")),
    ),
    outcome="one decision, and all services know the same",
    safeguards=(
        Safeguard(
            without="publish-before-write",
            light=3,
            consequence="refunded, and the parcel left",
            cost="relay",
            code=(
                "choreography/table.py:write",
                "choreography/relay.py:handler",
            ),
            decision="0003-relay-by-the-tables-stream.md",
        ),
    ),
)

FAILED_PUBLISH = Lesson(
    name="failed-publish",
    title="A publish that fails",
    story=(
        "Payment's relay publishes payment.captured, and the request is lost on its way to SNS.",
        "Shipping's relay publishes shipment.dispatched, and SNS answers that it rejects the entry.",
        "The relays try again: in the same invocation, or when the stream delivers the record again.",
    ),
    watch="Payment has an unpublished event, until the relay's next invocation.",
    steps=(
        *order_waits_for("payment"),
        Step(
            "Payment's next request to publish for this order will be lost.",
            fail_call("payment", "PublishBatch", "before", "lose"),
        ),
        Step(
            "SNS will reject what Shipping publishes next for this order.",
            fail_call("shipping", "PublishBatch", "before", "reject"),
        ),
        Step("Payment starts, and charges Ada.", start("payment")),
    ),
    outcome="the relays try again; shipped once",
    safeguards=(
        Safeguard(
            without="failed-publish-is-not-reported",
            light=1,
            consequence="charged, and the order hangs",
            cost="relay",
            code=("choreography/relay.py:handler", "choreography/publishing.py:publish"),
            decision="0003-relay-by-the-tables-stream.md",
        ),
        Safeguard(
            without="failed-entries-are-ignored",
            light=1,
            consequence="shipped, and Ada is never told",
            cost="relay",
            code=("choreography/publishing.py:publish",),
            decision="0003-relay-by-the-tables-stream.md",
        ),
    ),
)
