"""The exact work of an order. After an intended change of the work, correct the numbers here."""

from collections import Counter

import pytest

from infra.cost.counts import WorkCounts, count_work
from infra.cost.outcomes import work_of
from infra.cost.units import INTENTS
from infra.cost.work import Work

# Totals of this many orders, each with an Idempotency-Key, which needs two of the writes. Each write is one
# unit, and the index by customer is one more.
EXPECTED = """
outcome                   orders  invocations  reads  units  writes  units  publishes  sqs
shipped                        1           10      6      6      10     11          3   12
shipped                       10           22     60     60     100    110          5   14
shipped and delivered          1           13      9      9      12     13          4   14
shipped and delivered         10           34     90     90     120    130          6   16
rejected                       1            8      5      5       8      9          2   10
rejected                      10           19     50     50      80     90          3   12
cancelled, refunded            1           13      8      8      12     13          4   16
cancelled, refunded           10           27     80     80     120    130          7   20
cancelled, never charged       1           13      8      8      10     11          4   14
cancelled, never charged      10           31     80     80     100    110          4   14
"""
ROWS = [line.rsplit(maxsplit=8) for line in EXPECTED.strip().splitlines()[1:]]


@pytest.mark.parametrize(("outcome", "orders", "expected"), [(row[0], row[1], row[2:]) for row in ROWS])
def test_an_order_needs_exactly_this_work(outcome: str, orders: str, expected: list[str]) -> None:
    assert count_work(work_of(outcome, int(orders))) == WorkCounts(*map(int, expected))


@pytest.mark.parametrize(("outcome", "orders"), [(row[0], row[1]) for row in ROWS])
def test_a_consumed_message_is_one_read_and_one_write(outcome: str, orders: str) -> None:
    """A charge, refund or dispatch needs one more write, for its intent."""
    work = work_of(outcome, int(orders))
    messages = _messages(work)
    assert _made(work, "GetItem") == messages
    assert _made(work, "PutItem") == messages


def _messages(work: Work) -> Counter[str]:
    """Return the number of messages delivered to each consumer."""
    delivered: Counter[str] = Counter()
    for invocation in work.invocations:
        if invocation.function.logical_id.endswith("Consumer"):
            delivered[invocation.function.logical_id] += len(invocation.event["Records"])
    return delivered


def _made(work: Work, operation: str) -> Counter[str]:
    """Return the number of each consumer's calls on its own table, without the writes of intents."""
    return Counter(
        call.by
        for call in work.calls
        if call.by.endswith("Consumer")
        and call.operation == operation
        and "Ledger" not in call.request["TableName"]
        and call.request.get("Item", {}).get("status", {}).get("S") not in INTENTS
    )
