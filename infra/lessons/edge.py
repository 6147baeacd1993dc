"""The lesson on idempotency at the HTTP edge."""

from contextlib import suppress

from infra.lessons.acts import fail_call, place
from infra.lessons.errors import LessonFailed
from infra.lessons.lesson import Lesson, Safeguard, Step
from infra.lessons.stage import Stage


def reuse_key(stage: Stage) -> None:
    """Sends a request for other articles with the key of the last order. The API must refuse it."""
    last = stage.accepted[-1]
    body = {**last.body, "items": [{"sku": "cake", "quantity": 1, "unit_price": 900}]}
    with suppress(LessonFailed):
        stage.accept(stage.system.place(body, last.key), last.customer, body, last.key)


EDGE = Lesson(
    name="http-idempotency",
    title="Idempotency at the HTTP edge, and why it is not enough",
    story=(
        "Ada sends one request to place an order, and Order crashes after it wrote the order.",
        "No answer is recorded under its Idempotency-Key, but the order's id is derived from the key.",
        "So the repeated request finds the first order; a request for something else is refused.",
    ),
    watch="The request is locked until the crashed call's time limit of 29 seconds.",
    steps=(
        Step(
            "Order will crash after it writes Ada's order.",
            fail_call("OrderApi", "PutItem", "after", "crash", table=("order", "TABLE_NAME")),
        ),
        Step("Ada's app sends the request, and repeats it until it is accepted.", place()),
        Step("A defect of the app sends another order with the same key.", reuse_key),
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
        Safeguard(
            without="any-body-under-a-key",
            light=1,
            consequence="an accepted order that does not exist",
            cost="Idempotency-Key of the HTTP API",
            code=(
                "order/requests.py:digest",
                "order/orders.py:place",
            ),
            decision="0005-idempotency-records-in-the-order.md",
        ),
    ),
)
