"""The lessons, in the order in which a reader should take them."""

from infra.lessons.acts import fail_call, place, start, stop
from infra.lessons.lesson import Lesson, Safeguard, Step

DUAL_WRITE = Lesson(
    name="dual-write",
    title="A crash between the write and the publish",
    story=(
        "Payment charges Ada and writes payment.captured into its outbox, in one write with its state.",
        "The process that publishes the event then crashes before it calls SNS.",
        "The relay reads the write from the table's stream again, and publishes the event.",
    ),
    watch="Payment's relay crashes; the stream invokes it again, and the order is shipped.",
    steps=(
        Step("Payment stops, so that the fault can be prepared.", stop("payment")),
        Step("Ada places an order.", place()),
        Step(
            "Payment's next process that publishes for this order will crash before the call.",
            fail_call("payment", "PublishBatch", "before", "crash"),
        ),
        Step("Payment starts, charges Ada, and crashes.", start("payment")),
    ),
    outcome="the relay publishes after the crash; shipped once",
    safeguard=Safeguard(
        without="dual-write",
        light=1,
        consequence="charged, and the order hangs",
        cost="relay",
        code=("choreography/table.py:write", "choreography/relay.py:handler"),
        decision="0003-relay-by-the-tables-stream.md",
    ),
)

LESSONS: dict[str, Lesson] = {lesson.name: lesson for lesson in (DUAL_WRITE,)}
