"""The work of a run: the number of calls of each kind, and the units that they cost."""

from typing import NamedTuple

from infra.cost.units import bill, in_a_book
from infra.cost.work import Work

READS = ("GetItem", "BatchGetItem", "Query")
WRITES = ("PutItem", "UpdateItem", "DeleteItem")


class Tally(NamedTuple):
    """Whole numbers for a whole run, without the sandboxes' ledgers."""

    invocations: int
    reads: int
    read_units: float
    writes: int
    write_units: float
    publishes: int
    sqs_requests: float
    """Receives and deletes. Empty polls are left out: their number depends on time, not on orders."""


def tally(work: Work) -> Tally:
    units = bill(work, lambda _: 0)

    def cost(unit: str) -> float:
        return sum(number for item, number in units.items() if item.unit == unit)

    made = [call.operation for call in work.calls if not in_a_book(call)]
    return Tally(
        invocations=len(work.invocations),
        reads=sum(operation in READS for operation in made),
        read_units=cost("dynamodb_read_units"),
        writes=sum(operation in WRITES for operation in made),
        write_units=cost("dynamodb_write_units"),
        publishes=sum(operation == "PublishBatch" for operation in made),
        sqs_requests=cost("sqs_requests"),
    )
