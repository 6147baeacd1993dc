"""The lesson on idempotency at the HTTP edge."""

from infra.lessons.acts import fail_call, place
from infra.lessons.lesson import Lesson, Safeguard, Step

EDGE = Lesson(
    name="http-idempotency",
    title="Idempotency at the HTTP edge, and why it is not enough",
    story=(
        "Ada sends one request to place an order, and Order crashes after it wrote the order.",
        "Her app repeats the request with the same Idempotency-Key, but no answer was recorded under it.",
        "The order's id is derived from customer and key, so the repeated request finds the first order.",
    ),
    watch="The request is locked until the crashed call's time limit of 29 seconds.",
    steps=(
        Step(
            "Order will crash after it writes Ada's order.",
            fail_call("OrderApi", "PutItem", "after", "crash", table=("order", "TABLE_NAME")),
        ),
        Step("Ada's app sends the request, and repeats it until it is accepted.", place()),
    ),
    outcome="the repeated request finds the order; one order",
    safeguards=(
        Safeguard(
            without="new-order-at-every-request",
            light=2,
            consequence="two orders for one request",
            cost="Idempotency-Key of the HTTP API",
            code=("order/orders.py:_order_id",),
            decision="0005-idempotency-records-in-the-order.md",
        ),
    ),
)
