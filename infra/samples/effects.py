"""The effects of an invocation: what it added to the tables and the queues of a stack."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from choreography.table import from_attributes

Effect = dict[str, dict[str, int]]
"""By table or queue: what was added, and how often."""
Found = Counter[tuple[str, str]]


def contents(dynamodb: Any, sqs: Any, tables: Mapping[str, str], queues: Mapping[str, str]) -> Found:
    """What these tables and queues contain now. Both mappings are by logical id: table names, queue URLs."""
    found: Found = Counter()
    for logical_id, name in tables.items():
        for page in dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
            for item in page["Items"]:
                found.update((logical_id, what) for what in _described(from_attributes(item)))
    for logical_id, url in queues.items():
        # A receive would count, and SQS dead-letters a message after some of them.
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        states = ("", "Delayed", "NotVisible")
        found[logical_id, "message"] = sum(
            int(answer[f"ApproximateNumberOfMessages{state}"]) for state in states
        )
    return found


def _described(item: Mapping[str, Any]) -> Iterator[str]:
    """What an item records: a ledger's entry, or the events that the service handled and emitted."""
    if "idempotency_key" in item:
        yield f"{item['kind']} {item['outcome']}"
    elif "outbox" in item:
        yield from (f"handled {receipt['type']}" for receipt in item["inbox"].values())
        yield from (f"emitted {entry['type']}" for entry in item["outbox"])
    else:
        yield "item"


def added(before: Found, after: Found) -> Effect:
    """What came to each table and queue between the two times."""
    effect: Effect = {}
    for (place, what), number in sorted((after - before).items()):
        effect.setdefault(place, {})[what] = number
    return effect
