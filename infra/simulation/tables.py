"""Reads the journal of a local run from its tables, as AWS has them."""

from collections.abc import Iterable, Iterator
from typing import Any

from choreography.table import from_attributes
from infra.local.model.stack import Function
from infra.simulation.journal import Journal, Write
from infra.simulation.services import SERVICES, Service, further


def journal_of(functions: Iterable[Function], dynamodb: Any) -> Journal:
    """The event log and the ledgers, as the tables of these functions have them.

    It has no writes of a service whose package has another form than ours.
    """
    consumers = [function for function in functions if "QUEUE_URL" in function.environment]
    services = _services(function.service for function in consumers)
    journal = Journal(tuple(services.values()))
    for name, table in _tables(consumers, "TABLE_NAME"):
        for item in _items(dynamodb, table) if name in services else ():
            write = Write(services[name], item["order_id"], item)
            journal.items[name, write.order_id] = write
            for text in write.outbox:
                journal.emit(text)
    for _, table in _tables(consumers, "LEDGER_TABLE_NAME"):
        for entry in _items(dynamodb, table):
            journal.ledgers[entry["order_id"]].append(entry)
    return journal


def _services(names: Iterable[str]) -> dict[str, Service]:
    """SERVICES, and those further ones of `names` whose form is known."""
    known = {service.name: service for service in SERVICES}
    found = {name: further(name) for name in names if name not in known}
    return known | {name: service for name, service in found.items() if service is not None}


def _tables(functions: Iterable[Function], variable: str) -> dict[tuple[str, str], None]:
    """The service and the name of each table, once: functions of one service may share a table."""
    return dict.fromkeys(
        (function.service, function.environment[variable])
        for function in functions
        if variable in function.environment
    )


def _items(dynamodb: Any, table: str) -> Iterator[dict[str, Any]]:
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from map(from_attributes, page["Items"])
