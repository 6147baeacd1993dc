"""Lessons on the flow of an order without a fault in a process: services stop, and orders end otherwise."""

from infra.lessons.acts import (
    check_early,
    discard,
    fail_call,
    place,
    start,
    stop,
    wait_for_status,
    wait_in_queue,
)
from infra.lessons.commands import deliver, republish
from infra.lessons.lesson import Lesson, Safeguard, Step
from infra.lessons.steps import order_waits_for
from infra.lessons.tables import GATEWAY

PLACING = Lesson(
    name="placing",
    title="Placing an order, and following it",
    story=(
        "Ada places an order with Order, which publishes order.placed.",
        "Payment and Shipping both receive it; Payment charges, and its event lets Shipping dispatch.",
        "The carrier delivers the parcel; no program coordinates these steps.",
    ),
    watch="Follow the order's messages from service to service.",
    steps=(
        Step("Ada places an order.", place()),
        Step("The order is shipped.", wait_for_status("shipped")),
        Step("The carrier delivers the parcel, and tells Shipping.", deliver),
        Step("The order is completed.", wait_for_status("completed")),
    ),
    outcome="charged once, shipped once, and completed",
    safeguards=(
        Safeguard(
            without="late-payment-ignored",
            light=1,
            consequence="charged, and the order hangs",
            cost="",
            code=("shipping/decisions.py:_note_payment",),
            decision="0009-arrival-order-handled-by-state.md",
        ),
        Safeguard(
            without="delivery-ignored",
            light=4,
            consequence="delivered, but never completed",
            cost="",
            code=("shipping/decisions.py:_deliver",),
            decision="0029-a-carrier-over-http-by-a-published-api.md",
        ),
        Safeguard(
            without="completion-ignored",
            light=4,
            consequence="completed, and without a time",
            cost="",
            code=("order/decisions.py:_note_delivery",),
            decision="0001-choreography-without-an-orchestrator.md",
        ),
        Safeguard(
            without="random-event-ids",
            light=6,
            consequence="the delivery has a cause that does not exist",
            cost="",
            code=("choreography/outbox.py:derived_id",),
            decision="0008-derived-ids-and-idempotency-keys.md",
        ),
    ),
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
        "Ada orders to a country that the carrier does not serve, and Shipping learns it after the charge.",
        "Payment reacts to shipment.failed with a refund, and loses the gateway's answer.",
        "The retry has the same key, so Ada gets her money back once, and the order is cancelled.",
    ),
    watch="The order's arrows: captured, failed, refunded, cancelled.",
    steps=(
        *order_waits_for("payment", Step("Ada places an order to Antarctica.", place("unserviceable"))),
        Step(
            "The gateway's answer to the refund will be lost.",
            fail_call("payment", "PutItem", "after", "lose", table=GATEWAY, text="refund"),
        ),
        Step("Payment starts, charges, and refunds.", start("payment")),
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
        Safeguard(
            without="new-refund-key-at-every-call",
            light=2,
            consequence="refunded twice",
            cost="",
            code=("payment/gateway.py:Refund",),
            decision="0008-derived-ids-and-idempotency-keys.md",
        ),
    ),
)

DECLINED = Lesson(
    name="declined",
    title="A declined payment",
    story=(
        "Ada's card is declined.",
        "Payment publishes payment.declined, so Order rejects the order and Shipping forgets it.",
        "Shipping waits for the money before it dispatches, so no parcel has left.",
    ),
    watch="The order ends as rejected; the carrier's ledger has no parcel.",
    steps=(Step("Ada places an order with a card that is declined.", place("declined")),),
    outcome="rejected; not charged, no parcel",
    safeguards=(
        Safeguard(
            without="dispatch-before-payment",
            light=3,
            consequence="an unpaid parcel",
            cost="",
            code=("shipping/decisions.py:_dispatch_if_ready",),
            decision="0009-arrival-order-handled-by-state.md",
        ),
        Safeguard(
            without="filter-lacks-declined",
            light=1,
            consequence="the order hangs",
            cost="",
            code=("order/decisions.py:_note_reason",),
            decision="0013-sns-and-sqs-rather-than-eventbridge.md",
        ),
        Safeguard(
            without="decline-ignored",
            light=4,
            consequence="rejected, and Ada is not told why",
            cost="",
            code=("order/decisions.py:_note_reason",),
            decision="0001-choreography-without-an-orchestrator.md",
        ),
    ),
)

DEADLINE = Lesson(
    name="stuck-order",
    title="A stuck order ends",
    story=(
        "Payment is down for longer than the time limit of Ada's order, which is ten seconds here.",
        "A delayed message reminds Order, which looks again and again, and then requests the cancellation.",
        "When Payment starts again, it does not charge an order whose time is over.",
    ),
    watch="The order is cancelling before Payment starts.",
    steps=(
        Step("Payment stops.", stop("payment")),
        Step("Ada places an order.", place()),
        Step("Order looks at it 20 times, as in five hours.", check_early("OrderExpiryQueue", 20)),
        Step("After its time limit, the order is being cancelled.", wait_for_status("cancelling", 20)),
        Step("Payment starts again.", start("payment")),
    ),
    outcome="cancelled by its deadline; never charged",
    safeguards=(
        Safeguard(
            without="cancellation-ignored",
            light=1,
            consequence="the order hangs",
            cost="deadline",
            code=("order/expiry.py:handler", "shipping/decisions.py:_stop"),
            decision="0011-the-timer-of-an-order-is-its-first-event.md",
        ),
        Safeguard(
            without="filter-lacks-request",
            light=1,
            consequence="Shipping never learns it; the order hangs",
            cost="",
            code=("shipping/decisions.py:_stop",),
            decision="0013-sns-and-sqs-rather-than-eventbridge.md",
        ),
        Safeguard(
            without="loops-are-stopped",
            light=1,
            consequence="Lambda drops the reminder; the order hangs",
            cost="",
            code=("order/expiry.py:_check_again",),
            decision="0011-the-timer-of-an-order-is-its-first-event.md",
        ),
    ),
    parameters=("OrderTimeLimitSeconds=10", "OrderFirstLookSeconds=1"),
)

LOST_EVENT = Lesson(
    name="republish",
    title="A lost event, and republish",
    story=(
        "The message about Ada's order is lost on its way to Payment.",
        "Order keeps every event in its outbox, and `choreo republish` publishes them again.",
        "The ids do not change, so Shipping drops the copy of what it has handled already.",
    ),
    watch="Shipping drops a duplicate, while Payment sees the event for the first time.",
    steps=(
        Step("Payment stops.", stop("payment")),
        Step("Ada places an order.", place()),
        Step("Its message waits in PaymentQueue.", wait_in_queue("PaymentQueue", 1)),
        Step("The message is lost.", discard("PaymentQueue")),
        Step("Payment starts, and receives nothing.", start("payment")),
        Step("The events of the order are published again.", republish),
    ),
    outcome="published again from the outbox; shipped once",
    safeguards=(
        Safeguard(
            without="new-ids-when-published",
            light=5,
            consequence="one event is handled twice, under two ids",
            cost="",
            code=("choreography/outbox.py:events",),
            decision="0008-derived-ids-and-idempotency-keys.md",
        ),
    ),
)
