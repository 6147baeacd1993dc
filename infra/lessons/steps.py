"""Steps that several lessons share."""

from infra.lessons.acts import fail_call, place, start, stop, wait_for_fault
from infra.lessons.lesson import Step
from infra.lessons.tables import CARRIER

ADA_ORDERS = Step("Ada places an order.", place())


def order_waits_for(service: str, order: Step = ADA_ORDERS) -> tuple[Step, Step]:
    """The service is down when the order is placed, so that a fault can be prepared for its next messages."""
    return Step(f"{service.title()} stops, so that the fault can be prepared.", stop(service)), order


CRASH_AFTER_DISPATCH = (
    *order_waits_for("shipping"),
    Step(
        "Shipping will crash after it hands the parcel of this order to the carrier.",
        fail_call("shipping", "PutItem", "after", "crash", table=CARRIER),
    ),
    Step("Shipping starts, dispatches, and crashes.", start("shipping")),
    Step("The crash happens.", wait_for_fault),
)
"""Shipping does not know whether the parcel left."""
