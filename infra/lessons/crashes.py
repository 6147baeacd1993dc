"""Lessons on crashes and lost answers: a process ends, or does not learn what it did."""

from infra.lessons.acts import cancel, fail_call, start, wait_for_fault
from infra.lessons.lesson import Lesson, Safeguard, Step
from infra.lessons.steps import CRASH_AFTER_DISPATCH, order_waits_for
from infra.lessons.tables import GATEWAY

LOST_ANSWER = Lesson(
    name="lost-answer",
    title="A retry after a lost answer",
    story=(
        "Payment asks the gateway to charge Ada, and the gateway does.",
        "Its answer never arrives, so Payment does not know whether Ada was charged.",
        "SQS delivers order.placed again, and Payment repeats the charge with the same idempotency key.",
    ),
    watch="PaymentQueue has the message in flight, until it becomes visible again.",
    steps=(
        *order_waits_for("payment"),
        Step(
            "The gateway's answer to the next charge of this order will be lost.",
            fail_call("payment", "PutItem", "after", "lose", table=GATEWAY),
        ),
        Step("Payment starts, and charges without an answer.", start("payment")),
    ),
    outcome="the retry finds the first charge; charged once",
    safeguards=(
        Safeguard(
            without="new-charge-key-at-every-call",
            light=2,
            consequence="charged twice",
            cost="",
            code=("payment/gateway.py:Charge",),
            decision="0008-derived-ids-and-idempotency-keys.md",
        ),
        Safeguard(
            without="keys-are-ignored",
            light=2,
            consequence="the gateway ignores keys; charged twice",
            cost="",
            code=("choreography/ledger.py:enter",),
            decision="0008-derived-ids-and-idempotency-keys.md",
        ),
        Safeguard(
            without="nothing-failed",
            light=1,
            consequence="the message is deleted; the order hangs",
            cost="",
            code=("choreography/consumer.py:consume",),
            decision="0012-two-families-of-errors.md",
        ),
    ),
)

CRASH = Lesson(
    name="crash-between-steps",
    title="A crash between two steps, and a cancellation meanwhile",
    story=(
        "Payment writes its intent to charge Ada, charges her, and crashes before it writes the outcome.",
        "Ada cancels, and Shipping agrees, so Payment must decide about money of which it has no record.",
        "The intent makes the cancellation wait until the charge is repeated and known, and then refunded.",
    ),
    watch="Payment's row says charging until the redelivered message settles it.",
    steps=(
        *order_waits_for("payment"),
        Step(
            "Payment will crash after its next charge of this order.",
            fail_call("payment", "PutItem", "after", "crash", table=GATEWAY),
        ),
        Step("Payment starts, charges Ada, and crashes.", start("payment")),
        Step("The crash happens.", wait_for_fault),
        Step("Ada cancels the order.", cancel),
    ),
    outcome="the cancellation waits for the charge; refunded",
    safeguards=(
        Safeguard(
            without="no-intent-before-the-charge",
            light=2,
            consequence="cancelled, and the money is kept",
            cost="intent before a charge or a dispatch",
            code=("choreography/participant.py:_take_effect", "payment/decisions.py:_give_back"),
            decision="0006-intents-before-external-effects.md",
        ),
        Safeguard(
            without="void-while-charging",
            light=2,
            consequence="voided, and the money is kept",
            cost="intent before a charge or a dispatch",
            code=("payment/decisions.py:_give_back",),
            decision="0006-intents-before-external-effects.md",
        ),
        Safeguard(
            without="refund-never-waits",
            light=2,
            consequence="the cancellation is dropped; no refund",
            cost="",
            code=("choreography/consumer.py:_wait",),
            decision="0010-waiting-messages-are-requeued.md",
        ),
        Safeguard(
            without="no-refund-on-cancel",
            light=2,
            consequence="cancelled, and no refund",
            cost="",
            code=("payment/decisions.py:_give_back",),
            decision="0006-intents-before-external-effects.md",
        ),
        Safeguard(
            without="retryable-is-acknowledged",
            light=2,
            consequence="the cancellation is dropped; no refund",
            cost="",
            code=("choreography/consumer.py:_wait",),
            decision="0012-two-families-of-errors.md",
        ),
        Safeguard(
            without="dispatch-after-cancel",
            light=4,
            consequence="Shipping forgets the cancellation",
            cost="",
            code=("shipping/decisions.py:_note_payment",),
            decision="0009-arrival-order-handled-by-state.md",
        ),
    ),
)

CANCELLATION_RACE = Lesson(
    name="cancellation-race",
    title="A cancellation that races the parcel",
    story=(
        "Shipping hands Ada's parcel to the carrier, and crashes before it writes that the parcel left.",
        "Ada cancels at this moment.",
        "Only Shipping decides whether an order can be stopped, and its intent says that it is too late.",
    ),
    watch="The cancellation waits in ShippingQueue until the dispatch has an outcome.",
    steps=(
        *CRASH_AFTER_DISPATCH,
        Step("Ada cancels the order.", cancel),
    ),
    outcome="one outcome: too late to cancel, shipped and paid",
    safeguards=(
        Safeguard(
            without="cancel-while-dispatching",
            light=3,
            consequence="refunded, and the parcel left",
            cost="intent before a charge or a dispatch",
            code=("shipping/decisions.py:_stop",),
            decision="0006-intents-before-external-effects.md",
        ),
        Safeguard(
            without="no-intent-before-the-dispatch",
            light=3,
            consequence="refunded, and the parcel left",
            cost="intent before a charge or a dispatch",
            code=("shipping/decisions.py:_dispatch_if_ready",),
            decision="0006-intents-before-external-effects.md",
        ),
        Safeguard(
            without="new-dispatch-key-at-every-call",
            light=3,
            consequence="two parcels",
            cost="",
            code=("shipping/carrier.py:Dispatch",),
            decision="0008-derived-ids-and-idempotency-keys.md",
        ),
    ),
)
