"""The lessons, in the order in which a reader should take them."""

from infra.lessons.crashes import CANCELLATION_RACE, CRASH, DUAL_WRITE, LOST_ANSWER
from infra.lessons.deliveries import DUPLICATE, OUT_OF_ORDER, OVERTAKEN, POISON
from infra.lessons.edge import EDGE
from infra.lessons.flows import COMPENSATION, PLACING, SERVICE_DOWN
from infra.lessons.lesson import Lesson

LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (
        PLACING,
        SERVICE_DOWN,
        DUPLICATE,
        OUT_OF_ORDER,
        LOST_ANSWER,
        CRASH,
        CANCELLATION_RACE,
        COMPENSATION,
        POISON,
        DUAL_WRITE,
        EDGE,
        OVERTAKEN,
    )
}
"""By name."""
