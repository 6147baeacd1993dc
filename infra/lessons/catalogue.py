"""The lessons, in the order in which a reader should take them."""

from infra.lessons.coupling import LOOSE_COUPLING, NEW_VERSION
from infra.lessons.crashes import CANCELLATION_RACE, CRASH, LOST_ANSWER
from infra.lessons.deliveries import DUPLICATE, EARLY_DELIVERY, OUT_OF_ORDER, OVERTAKEN
from infra.lessons.edge import EDGE
from infra.lessons.flows import COMPENSATION, DEADLINE, DECLINED, LOST_EVENT, PLACING, SERVICE_DOWN
from infra.lessons.lesson import Lesson
from infra.lessons.publishing import DUAL_WRITE, EARLY_PUBLISH, FAILED_PUBLISH
from infra.lessons.scale import EVENTUAL, JOIN_AND_LEAVE, SCALING_OUT
from infra.lessons.waiting import LONG_OUTAGE, POISON

LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (
        PLACING,
        LOOSE_COUPLING,
        SERVICE_DOWN,
        SCALING_OUT,
        JOIN_AND_LEAVE,
        NEW_VERSION,
        DUPLICATE,
        OUT_OF_ORDER,
        EARLY_DELIVERY,
        LOST_ANSWER,
        CRASH,
        CANCELLATION_RACE,
        COMPENSATION,
        DECLINED,
        POISON,
        LONG_OUTAGE,
        DEADLINE,
        EVENTUAL,
        DUAL_WRITE,
        EARLY_PUBLISH,
        FAILED_PUBLISH,
        EDGE,
        OVERTAKEN,
        LOST_EVENT,
    )
}
"""By name."""
