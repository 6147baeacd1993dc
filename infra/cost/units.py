"""Billable units, as the pricing pages and developer guides of the AWS services define them."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from infra.cost.work import POLLERS, Call, Invocation, Work

KB = 1024
LEDGERS = ("PaymentLedger", "ShippingLedger")
"""The sandboxes' ledger tables, which do not count: a real gateway or carrier uses no DynamoDB units."""


class Item(NamedTuple):
    """A billable unit, and what the choreography uses it for."""

    unit: str
    purpose: str


Bill = Counter[Item]


def bill(work: Work, milliseconds: Callable[[Invocation], float]) -> Bill:
    """All billable units of this work. `milliseconds` gives the duration of an invocation on AWS."""
    units: Bill = Counter()
    units[Item("http_api_requests", "customer")] += work.requests
    for invocation in work.invocations:
        seconds = math.ceil(milliseconds(invocation)) / 1000
        purpose = _purpose_of_function(invocation.function.logical_id)
        units[Item("lambda_requests", purpose)] += 1
        # These are fractions, and Counter's stubs allow whole numbers only.
        units[Item("lambda_gb_seconds", purpose)] += seconds * invocation.function.memory_mb / KB  # type: ignore[assignment]
        units[Item("log_gigabytes", "logs and metrics")] += len(invocation.printed) / KB**3  # type: ignore[assignment]
    listed: set[str] = set()
    for call in work.calls:
        if not is_sandbox_call(call):
            units.update(_units(call))
            units.update(_index_units(call, listed))
    return Counter({item: number for item, number in units.items() if number})


def is_sandbox_call(call: Call) -> bool:
    """Whether a sandbox makes this call. A deployment with a real gateway and carrier does not make it."""
    return any(ledger in str(call.request.get("TableName", "")) for ledger in LEDGERS)


def _units(call: Call) -> Bill:
    match call.service, call.operation:
        case "dynamodb", "PutItem":
            return _put(call)
        case "dynamodb", "GetItem":
            half = 1 if call.request.get("ConsistentRead") else 0.5
            size = item_size(call.answer.get("Item", {}))
            return _one("dynamodb_read_units", half * max(1, math.ceil(size / (4 * KB))), _purpose(call))
        case "dynamodb", "UpdateItem" | "DeleteItem":
            return _one("dynamodb_write_units", 1, _purpose(call))
        case "sns", "PublishBatch":
            size = sum(len(entry["Message"].encode()) for entry in call.request["PublishBatchRequestEntries"])
            return _one("sns_requests", max(1, math.ceil(size / (64 * KB))), "relay")
        case "sns", "Publish":
            size = len(call.request["Message"].encode())
            return _one("sns_requests", max(1, math.ceil(size / (64 * KB))), _purpose(call))
        case "sqs", "ReceiveMessage" if not call.answer.get("Messages"):
            # An empty long poll takes up to 20 seconds, so its number depends on time and not on orders.
            return Counter()
        case "sqs", _:
            return _one("sqs_requests", 1, _purpose(call))
    return Counter()  # Lambda reads streams for free, and functions read secrets once in some minutes


def _put(call: Call) -> Bill:
    """The units of a PutItem.

    DynamoDB bills the larger of the item before and after the write. These items grow, so it bills the new
    one.
    """
    item = call.request["Item"]
    purpose = _purpose(call)
    whole = _write_units(item)
    if "outbox" not in item:
        return _one("dynamodb_write_units", whole, purpose)
    without_records = _write_units(
        {name: value for name, value in item.items() if name not in ("outbox", "inbox")}
    )
    units = _one("dynamodb_write_units", without_records, purpose)
    if whole > without_records:
        units[Item("dynamodb_write_units", "outbox and idempotency records in the item")] += (
            whole - without_records
        )
    return units


def _index_units(call: Call, listed: set[str]) -> Bill:
    """The unit of the index `by_customer`, for the first write of an order: its keys never change after that.

    `listed` has the orders in the index.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
    """
    item = call.request.get("Item", {})
    if call.operation != "PutItem" or "placed_at" not in item or item["order_id"]["S"] in listed:
        return Counter()
    listed.add(item["order_id"]["S"])
    return _one("dynamodb_write_units", 1, "index by customer")


def _write_units(item: Mapping[str, Any]) -> int:
    return max(1, math.ceil(item_size(item) / KB))


def item_size(item: Mapping[str, Any]) -> int:
    """The item's size in bytes, as DynamoDB counts it (developer guide, item sizes and formats)."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return math.ceil(len(Decimal(content).as_tuple().digits) / 2) + 1
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(inner) for name, inner in content.items())
        case "L":
            return 3 + sum(1 + _size(inner) for inner in content)
        case "SS":
            return sum(len(one.encode()) for one in content)
    return 1


def _purpose(call: Call) -> str:
    where = str(call.request.get("TableName", "")) + str(call.request.get("QueueUrl", ""))
    if "IdempotencyTable" in where:
        return "Idempotency-Key of the HTTP API"
    if "ExpiryQueue" in where:
        return "deadline"
    if call.by == POLLERS:
        return "consumers"
    if call.operation == "PutItem" and call.request["Item"].get("status", {}).get("S") in INTENTS:
        return "intent before a charge or a dispatch"
    return _purpose_of_function(call.by)


INTENTS = ("charging", "dispatching")


def _purpose_of_function(logical_id: str) -> str:
    if logical_id.endswith("Relay"):
        return "relay"
    if logical_id == "OrderExpiry":
        return "deadline"
    return "consumers" if logical_id.endswith("Consumer") else "customer"


def _one(unit: str, number: float, purpose: str) -> Bill:
    return Counter({Item(unit, purpose): number})
