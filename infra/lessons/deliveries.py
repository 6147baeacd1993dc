"""Lessons on deliveries: SQS delivers a message twice, late, in another order, or broken."""

from infra.lessons.acts import (
    cancel,
    change_queue,
    deliver_now,
    fail_call,
    place,
    receive,
    redrive,
    settle,
    start,
    stop,
    wait_for_fault,
    wait_for_status,
    wait_in_queue,
)
from infra.lessons.commands import deliver
from infra.lessons.crashes import CARRIER, PAYMENTS
from infra.lessons.lesson import Lesson, Safeguard, Step

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

POISON = Lesson(
    name="poison",
    title="A poison message, and its redrive",
    story=(
        "A message in PaymentQueue breaks its contract, so no retry can succeed.",
        "Payment moves it to the dead-letter queue at once, unchanged and with the reason.",
        "After the repair, the message is sent back to its queue, and the order goes on.",
    ),
    watch="PaymentDeadLetters has one message, with the field that is wrong.",
    steps=(
        Step("PaymentQueue breaks its next message.", change_queue("PaymentQueue", break_next=True)),
        Step("Ada places an order.", place()),
        Step("Payment moves the broken message to its dead-letter queue.", settle),
        Step("The repaired message is sent back.", redrive("PaymentDeadLetters")),
    ),
    outcome="kept with its reason; shipped after the redrive",
    safeguards=(
        Safeguard(
            without="poison-is-dropped",
            light=1,
            consequence="the order hangs, and nothing tells why",
            cost="",
            code=("choreography/consumer.py:_dead_letter",),
            decision="0012-two-families-of-errors.md",
        ),
        Safeguard(
            without="no-reason",
            light=1,
            consequence="the operator cannot repair it; the order hangs",
            cost="",
            code=("choreography/consumer.py:_give_up",),
            decision="0012-two-families-of-errors.md",
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
        Step("Shipping stops, so that the fault can be prepared.", stop("shipping")),
        Step("Ada places an order.", place()),
        Step(
            "Shipping will crash after it hands the parcel of this order to the carrier.",
            fail_call("shipping", "PutItem", "after", "crash", table=CARRIER),
        ),
        Step("Shipping starts, dispatches, and crashes.", start("shipping")),
        Step("The crash happens.", wait_for_fault),
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

LONG_OUTAGE = Lesson(
    name="long-outage",
    title="An outage that lasts longer than a message may be received",
    story=(
        "SQS moves a message to the dead-letter queue after eight receives, and Ada's has seven already.",
        "Payment receives it for the eighth time, and DynamoDB does not answer.",
        "The message can still succeed, so Payment sends it again as a new message, with a delay.",
    ),
    watch="PaymentQueue has a delayed message instead of one in flight; PaymentDeadLetters stays empty.",
    steps=(
        Step("Payment stops, so that the fault can be prepared.", stop("payment")),
        Step("Ada places an order.", place()),
        Step("Its message waits in PaymentQueue.", wait_in_queue("PaymentQueue", 1)),
        Step("It is received seven times, as in an outage.", receive("PaymentQueue", 7)),
        Step(
            "DynamoDB will not answer the next read of this order.",
            fail_call("payment", "GetItem", "before", "lose", table=PAYMENTS),
        ),
        Step("Payment starts, and gets no answer.", start("payment")),
        Step("The message is sent again, with a delay.", wait_in_queue("PaymentQueue", 1, "delayed")),
        Step("The delay of a minute ends early.", deliver_now("PaymentQueue")),
    ),
    outcome="sent again in time, and shipped",
    safeguards=(
        Safeguard(
            without="aws-errors-are-not-classified",
            light=1,
            consequence="dead-lettered by an outage; the order hangs",
            cost="",
            code=("choreography/aws_errors.py:classified",),
            decision="0012-two-families-of-errors.md",
        ),
        Safeguard(
            without="requeue-loses-the-message",
            light=1,
            consequence="the message is lost; the order hangs",
            cost="",
            code=("choreography/consumer.py:_requeue",),
            decision="0010-waiting-messages-are-requeued.md",
        ),
    ),
)
