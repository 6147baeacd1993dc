"""The needs of one order for each resource that has a quota, counted in a run in this process."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from infra.cost.outcomes import work_of
from infra.cost.units import bill, is_sandbox_call
from infra.cost.work import Call, Work

OUTCOME = "shipped and delivered"
"""The successful outcome that needs the most work. The order has an Idempotency-Key."""


@dataclass(frozen=True)
class Demand:
    """The needs of one order alone in its batches, which is the most expensive case."""

    requests: int
    """HTTP requests of the customer and the carrier."""
    published: int
    """Messages published to SNS."""
    handled: Counter[str]
    """Messages, stream records or requests, by function."""
    aws_calls: Counter[str]
    """AWS calls, by function."""
    outside_calls: Counter[str]
    """Calls to the gateway or carrier, by function."""
    write_units: Counter[str]
    """DynamoDB write units, by table, without its index."""

    def seconds(self, function: str, aws_ms: float, invocation_ms: float, outside_ms: float) -> float:
        """The duration of all invocations of a function for one order, in seconds."""
        own = self.handled[function] * invocation_ms + self.aws_calls[function] * aws_ms
        return (own + self.outside_calls[function] * outside_ms) / 1000


@cache
def demand() -> Demand:
    """The needs of one order, counted once in each process."""
    work = work_of(OUTCOME, 1)
    handled: Counter[str] = Counter()
    for invocation in work.invocations:
        handled[invocation.function.logical_id] += len(invocation.event.get("Records", [None]))
    made = [call for call in work.calls if call.by in handled]
    return Demand(
        requests=work.requests,
        published=sum(len(c.request.get("PublishBatchRequestEntries", ())) for c in made),
        handled=handled,
        aws_calls=Counter(call.by for call in made if not is_sandbox_call(call)),
        outside_calls=Counter(call.by for call in made if is_sandbox_call(call)),
        write_units=_write_units(call for call in made if not is_sandbox_call(call)),
    )


def _write_units(calls: Iterable[Call]) -> Counter[str]:
    units: Counter[str] = Counter()
    for call in calls:
        table = str(call.request.get("TableName", "")).rpartition("-")[2]
        for item, number in bill(Work(calls=[call]), lambda _: 0).items():
            if item.unit == "dynamodb_write_units" and item.purpose != "index by customer":
                units[table] += number
    return units
