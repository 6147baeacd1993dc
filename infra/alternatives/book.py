"""What became of the orders of a run: their statuses, compared with the ledgers of gateway and carrier."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from choreography.table import from_attributes
from infra.local.aws.clients import client
from infra.local.in_process import InProcess
from infra.simulation.external_services import Entry
from infra.simulation.invariants import (
    FINAL_STATUSES,
    Booked,
    booked_otherwise,
    money_violation,
    parcel_violation,
)


@dataclass(frozen=True)
class Ended:
    """What the customer sees of an order, what the ledgers have of it, and which invariants it violates."""

    status: str
    charges: int
    refunds: int
    parcels: int
    violations: tuple[str, ...]


def ended(run: InProcess, order_id: str) -> Ended:
    """Reads the order over the API, and the entries of all its charges, refunds and parcels."""
    status: str = json.loads(run.request("GET", f"/orders/{order_id}").body)["status"]
    entries = [
        Entry(f"{item['kind']} {item['outcome']}", item["idempotency_key"])
        for table in ("PaymentLedger", "ShippingLedger")
        for item in items(run, table)
        if item["order_id"] == order_id
    ]
    booked = Booked.of(entries)
    found = tuple(_violations(status, booked))
    return Ended(status, booked.charges, booked.refunds, booked.parcels, found)


def items(run: InProcess, table: str) -> list[dict[str, str]]:
    """All items of the table with this logical id."""
    found = client("dynamodb").scan(TableName=run.stack.tables[table], ConsistentRead=True)["Items"]
    return [from_attributes(item) for item in found]


def _violations(status: str, booked: Booked) -> Iterator[str]:
    """The violations of the invariants 1 to 4 of docs/design.md, the worst first."""
    money, parcel = money_violation(booked), parcel_violation(booked)
    if money or parcel:
        yield from (violation for violation in (money, parcel) if violation)
    elif booked.net > booked.parcels:
        yield "charged, no parcel"
    if status not in FINAL_STATUSES:
        yield f"stays {status}"
    elif not (money or parcel) and booked.net == booked.parcels:
        wrong = booked_otherwise(status, booked)
        if wrong is not None:
            yield wrong
