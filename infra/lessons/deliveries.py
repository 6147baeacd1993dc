"""Lessons on deliveries: SQS delivers a message twice, late or in another order."""

from infra.lessons.acts import (
    cancel,
    change_queue,
    place,
    start,
    stop,
    wait_for_status,
    wait_in_queue,
)
from infra.lessons.commands import deliver
from infra.lessons.lesson import Lesson, Safeguard, Step
from infra.lessons.steps import CRASH_AFTER_DISPATCH

DUPLICATE = Lesson(
    name="duplicate",
    title="A duplicate",
    story=(
        "SQS standard queues deliver each message at least once, so sometimes twice.",
        "Every message in PaymentQueue is duplicated, and Payment gets order.placed twice.",
        "Payment records the id of each event in the order's item, in the write of its effect.",
    ),
    watch="PaymentQueue has two messages for one order; Payment counts a dropped duplicate.",
    steps=(
        Step("PaymentQueue duplicates its messages.", change_queue("PaymentQueue", duplicate=True)),
        Step("Ada places an order.", place()),
    ),
    outcome="the second delivery is dropped; charged once",
    safeguards=(
        Safeguard(
            without="no-deduplication-of-charges",
            light=2,
            consequence="charged twice",
            cost="",
            code=("choreography/participant.py:handle", "choreography/table.py:_put"),
            decision="0005-idempotency-records-in-the-order.md",
        ),
        Safeguard(
            without="no-record",
            light=5,
            consequence="no event counts as handled; the order hangs",
            cost="",
            code=("choreography/table.py:write",),
            decision="0005-idempotency-records-in-the-order.md",
        ),
    ),
)

OUT_OF_ORDER = Lesson(
    name="out-of-order",
    title="Arrival in another order",
    story=(
        "Shipping needs two events for a parcel: order.placed has the address, payment.captured the money.",
        "The address is delayed, so the money arrives first.",
        "Shipping notes what it has seen, and dispatches when it has seen both.",
    ),
    watch="ShippingQueue delays order.placed; Shipping notes payment.captured meanwhile.",
    steps=(
        Step("Payment stops, so that the address is sent first.", stop("payment")),
        Step("ShippingQueue delays new messages.", change_queue("ShippingQueue", delay_seconds=4)),
        Step("Ada places an order.", place()),
        Step("The address waits in the queue.", wait_in_queue("ShippingQueue", 1, "delayed")),
        Step("New messages are no longer delayed.", change_queue("ShippingQueue", delay_seconds=0)),
        Step("Payment starts, and its event overtakes the address.", start("payment")),
    ),
    outcome="dispatched once both have arrived",
    safeguards=(
        Safeguard(
            without="payment-before-address-ignored",
            light=1,
            consequence="charged, and the order hangs",
            cost="",
            code=("shipping/decisions.py:_dispatch_if_ready",),
            decision="0009-arrival-order-handled-by-state.md",
        ),
        Safeguard(
            without="late-address-ignored",
            light=1,
            consequence="charged, and the order hangs",
            cost="",
            code=("shipping/decisions.py:_note_order",),
            decision="0009-arrival-order-handled-by-state.md",
        ),
        Safeguard(
            without="dispatch-without-address",
            light=1,
            consequence="the carrier refuses it; the order hangs",
            cost="",
            code=("shipping/decisions.py:_dispatch_if_ready",),
            decision="0009-arrival-order-handled-by-state.md",
        ),
    ),
)

OVERTAKEN = Lesson(
    name="ordering",
    title="An effect that overtakes its cause",
    story=(
        "Three customers place orders and cancel them, while the way from Order to Payment is slow.",
        "Shipping stops the orders, and its shipment.cancelled reaches Payment before order.placed.",
        "Payment remembers that it must never charge these orders, and answers payment.voided.",
    ),
    watch="PaymentQueue delays order.placed; shipment.cancelled arrives first.",
    steps=(
        Step("PaymentQueue delays new messages.", change_queue("PaymentQueue", delay_seconds=5)),
        Step("Ada, Grace and Alan place orders.", place("shipped", "ada", "grace", "alan")),
        Step("The orders wait in Payment's queue.", wait_in_queue("PaymentQueue", 3, "delayed")),
        Step("New messages are no longer delayed.", change_queue("PaymentQueue", delay_seconds=0)),
        Step("They cancel, and the cancellations overtake the orders.", cancel),
        Step("The orders are cancelled.", wait_for_status("cancelled")),
    ),
    outcome="never charged, although the orders arrive later",
    safeguards=(
        Safeguard(
            without="charge-after-void",
            light=2,
            consequence="charged after the cancellation",
            cost="",
            code=("payment/decisions.py:_give_back",),
            decision="0009-arrival-order-handled-by-state.md",
        ),
        Safeguard(
            without="void-not-recorded",
            light=2,
            consequence="charged after the cancellation",
            cost="",
            code=("payment/decisions.py:_give_back",),
            decision="0009-arrival-order-handled-by-state.md",
        ),
        Safeguard(
            without="history-sorted-by-id",
            light=6,
            consequence="the history shows effects before causes",
            cost="",
            code=("choreography/causality.py:in_causal_order",),
            decision="0008-derived-ids-and-idempotency-keys.md",
        ),
    ),
)

EARLY_DELIVERY = Lesson(
    name="early-delivery",
    title="A message that overtakes an answer",
    story=(
        "Shipping hands Ada's parcel to the carrier, and crashes before it writes that the parcel left.",
        "The carrier delivers at once, and its webhook arrives before Shipping knows of the dispatch.",
        "Shipping notes the delivery, and publishes it after the dispatch that caused it.",
    ),
    watch="Shipping accepts the webhook, and publishes both events after the retry.",
    steps=(
        *CRASH_AFTER_DISPATCH,
        Step("The carrier delivers the parcel, and tells Shipping.", deliver),
        Step("The order is completed.", wait_for_status("completed")),
    ),
    outcome="first dispatched, then delivered; completed",
    safeguards=(
        Safeguard(
            without="delivery-published-before-the-dispatch",
            light=6,
            consequence="delivered before it was dispatched",
            cost="",
            code=(
                "shipping/decisions.py:_deliver",
                "shipping/decisions.py:outcome",
            ),
            decision="0009-arrival-order-handled-by-state.md",
        ),
    ),
)
