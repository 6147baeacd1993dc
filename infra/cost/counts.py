"""The counted work of a run: the number of calls of each kind, and their billable units."""

from typing import NamedTuple

from infra.cost.units import bill, is_sandbox_call
from infra.cost.work import Work

READS = ("GetItem", "BatchGetItem", "Query")
WRITES = ("PutItem", "UpdateItem", "DeleteItem")


class WorkCounts(NamedTuple):
    """The counts of a run, without the calls of the sandbox gateway and the sandbox carrier."""

    invocations: int
    reads: int
    read_units: float
    writes: int
    write_units: float
    publishes: int
    sqs_requests: float
    """Receives and deletes, without empty polls, whose number depends on time and not on orders."""


def count_work(work: Work) -> WorkCounts:
    """Counts the invocations, the AWS calls and their units."""
    units = bill(work, lambda _: 0)

    def cost(unit: str) -> float:
        return sum(number for item, number in units.items() if item.unit == unit)

    made = [call.operation for call in work.calls if not is_sandbox_call(call)]
    return WorkCounts(
        invocations=len(work.invocations),
        reads=sum(operation in READS for operation in made),
        read_units=cost("dynamodb_read_units"),
        writes=sum(operation in WRITES for operation in made),
        write_units=cost("dynamodb_write_units"),
        publishes=sum(operation == "PublishBatch" for operation in made),
        sqs_requests=cost("sqs_requests"),
    )
