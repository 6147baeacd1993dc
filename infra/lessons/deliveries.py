"""Lessons on deliveries: SQS delivers a message twice, late, in another order, or broken."""

from infra.lessons.acts import (
    cancel,
    change_queue,
    place,
    redrive,
    settle,
    start,
    stop,
    wait_for_status,
    wait_in_queue,
)
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
    ),
)

OVERTAKEN = Lesson(
    name="ordering",
    title="An effect that overtakes its cause",
    story=(
        "Ada places an order and cancels it, while the way from Order to Payment is slow.",
        "Shipping stops the order, and its shipment.cancelled reaches Payment before order.placed.",
        "Payment remembers that it must never charge this order, and answers payment.voided.",
    ),
    watch="PaymentQueue delays order.placed; shipment.cancelled arrives first.",
    steps=(
        Step("PaymentQueue delays new messages.", change_queue("PaymentQueue", delay_seconds=5)),
        Step("Ada places an order.", place()),
        Step("The order waits in Payment's queue.", wait_in_queue("PaymentQueue", 1, "delayed")),
        Step("New messages are no longer delayed.", change_queue("PaymentQueue", delay_seconds=0)),
        Step("Ada cancels the order, and the cancellation overtakes it.", cancel),
        Step("The order is cancelled.", wait_for_status("cancelled")),
    ),
    outcome="never charged, although the order arrives later",
    safeguards=(
        Safeguard(
            without="charge-after-void",
            light=2,
            consequence="charged after the cancellation",
            cost="",
            code=("payment/decisions.py:_give_back",),
            decision="0009-arrival-order-handled-by-state.md",
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
    ),
)
