"""Reads the journal of a local run from its tables, as AWS has them."""

from collections.abc import Iterable, Iterator
from typing import Any

from choreography.table import from_attributes
from infra.local.model.stack import Function
from infra.simulation.journal import Journal, Write
from infra.simulation.services import SERVICES


def journal_of(functions: Iterable[Function], dynamodb: Any) -> Journal:
    """The event log and the ledgers, as the tables have them."""
    journal = Journal()
    services = {service.name: service for service in SERVICES}
    for function in functions:
        if "QUEUE_URL" not in function.environment:
            continue
        for item in _items(dynamodb, function.environment["TABLE_NAME"]):
            write = Write(services[function.service], item["order_id"], item)
            journal.items[function.service, write.order_id] = write
            for text in write.outbox:
                journal.emit(text)
        if ledger := function.environment.get("LEDGER_TABLE_NAME"):
            for entry in _items(dynamodb, ledger):
                journal.ledgers[entry["order_id"]].append(entry)
    return journal


def _items(dynamodb: Any, table: str) -> Iterator[dict[str, Any]]:
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from map(from_attributes, page["Items"])
