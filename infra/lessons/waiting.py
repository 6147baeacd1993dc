"""Lessons on messages that cannot be handled now, or that cannot be handled at all."""

from infra.lessons.acts import (
    change_queue,
    deliver_now,
    fail_call,
    place,
    receive,
    redrive,
    settle,
    start,
    wait_in_queue,
)
from infra.lessons.lesson import Lesson, Safeguard, Step
from infra.lessons.steps import order_waits_for
from infra.lessons.tables import PAYMENTS

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
        *order_waits_for("payment"),
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
