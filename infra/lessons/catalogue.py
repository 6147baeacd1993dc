"""The lessons, in the order in which a reader should take them."""

from infra.lessons.crashes import CANCELLATION_RACE, CRASH, DUAL_WRITE, FAILED_PUBLISH, LOST_ANSWER
from infra.lessons.deliveries import DUPLICATE, OUT_OF_ORDER, OVERTAKEN, POISON
from infra.lessons.edge import EDGE
from infra.lessons.flows import COMPENSATION, DEADLINE, DECLINED, LOST_EVENT, PLACING, SERVICE_DOWN
from infra.lessons.lesson import Lesson
from infra.lessons.scale import EVENTUAL, JOIN_AND_LEAVE, SCALING_OUT

LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (
        PLACING,
        SERVICE_DOWN,
        SCALING_OUT,
        JOIN_AND_LEAVE,
        DUPLICATE,
        OUT_OF_ORDER,
        LOST_ANSWER,
        CRASH,
        CANCELLATION_RACE,
        DECLINED,
        COMPENSATION,
        POISON,
        DEADLINE,
        EVENTUAL,
        DUAL_WRITE,
        FAILED_PUBLISH,
        EDGE,
        OVERTAKEN,
        LOST_EVENT,
    )
}
"""By name."""
