"""The lights judge the events of a service that the project got later, and not those of a guest."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from choreography.decisions import State
from choreography.stored import Record, to_item
from choreography.table import to_attributes
from infra.lessons.errors import LessonFailed
from infra.lessons.lights import _events
from infra.lessons.system import System
from infra.local.model.stack import Function
from infra.simulation import services, tables
from infra.simulation.journal import Journal, Write
from infra.simulation.services import SERVICES, Service

ORDER, *_ = SERVICES
LOYALTY_SOURCE = "/services/loyalty"


def further(*reactions: str) -> Service:
    decisions: Any = ModuleType("loyalty.decisions")
    decisions.REACTIONS = dict.fromkeys(reactions)
    return Service("loyalty", LOYALTY_SOURCE, decisions, State, lambda _: "", {})


def receipt(kind: str, source: str) -> dict[str, Any]:
    return {"type": kind, "time": 0, "source": source}


def journal(*known: Service, received: dict[str, Any]) -> Journal:
    """Order has handled these events."""
    item = to_item(Record("x", State(), version=1, inbox=received))
    return Journal((*SERVICES, *known), {("order", "x"): Write(ORDER, "x", item)})


def test_an_event_is_red_if_no_outbox_of_a_further_service_has_it() -> None:
    handled = journal(further(), received={"1": receipt("loyalty.points_granted", LOYALTY_SOURCE)})
    assert list(_events(handled, "x")) == ["order handled an event that no service emitted"]


def test_an_event_of_a_guest_is_not_judged() -> None:
    handled = journal(received={"1": receipt("loyalty.points_granted", LOYALTY_SOURCE)})
    assert list(_events(handled, "x")) == []


def test_an_event_of_a_service_that_no_outbox_has_stays_red() -> None:
    handled = journal(received={"1": {"type": "payment.captured", "time": 0}})
    assert list(_events(handled, "x")) == ["order handled an event that no service emitted"]


def test_a_further_service_must_handle_the_events_to_which_it_reacts() -> None:
    found = journal(further("shipment.failed"), received={})
    found.emit(
        '{"specversion":"1.0","id":"1","source":"/services/shipping","type":"shipment.failed","subject":"x",'
        '"time":"2026-01-01T00:00:00Z","correlationid":"c","data":{"reason":"no carrier"},'
        '"dataschema":"https://schemas.order-choreography.example/shipment.failed/1.0"}'
    )
    assert "loyalty never handled shipment.failed" in list(_events(found, "x"))


@pytest.mark.parametrize("name", ["json", "contracts", "no_such_package"])
def test_a_package_of_another_form_is_not_judged(name: str) -> None:
    assert services.further(name) is None


class Tables:
    """DynamoDB with these items by table. Counts the scans."""

    def __init__(self, items: dict[str, list[dict[str, Any]]]) -> None:
        self._items, self.scans = items, list[str]()

    def get_paginator(self, _: str) -> "Tables":
        return self

    def paginate(self, TableName: str, ConsistentRead: bool) -> list[dict[str, Any]]:
        self.scans.append(TableName)
        return [{"Items": self._items[TableName]}]


def consumer(service: str, **environment: str) -> Function:
    named = {"POWERTOOLS_SERVICE_NAME": service, "QUEUE_URL": "url", **environment}
    return Function(service, service, "", "", Path(), named, 1, 1)


def test_the_outbox_of_a_further_service_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "further", lambda _: further())
    entry = {"type": "payment.voided", "time": 0, "schema": "1.0", "source": LOYALTY_SOURCE, "data": {}}
    emitting = Record("x", State(), version=1, outbox=({**entry, "correlationid": "c", "id": "1"},))
    received = Record("x", State(), version=1, inbox={"1": receipt("payment.voided", LOYALTY_SOURCE)})
    found = Tables(
        {"points": [to_attributes(to_item(emitting))], "orders": [to_attributes(to_item(received))]}
    )
    consumers = consumer("loyalty", TABLE_NAME="points"), consumer("order", TABLE_NAME="orders")
    violations = list(_events(tables.journal_of(consumers, found), "x"))
    assert not any(violation.startswith("order handled") for violation in violations)


def test_two_functions_of_one_table_do_not_double_its_ledger() -> None:
    entry = {name: {"S": "1"} for name in ("order_id", "kind", "outcome", "idempotency_key")}
    found = Tables({"payments": [], "ledger": [entry]})
    consumers = [consumer("payment", TABLE_NAME="payments", LEDGER_TABLE_NAME="ledger")] * 2
    assert len(tables.journal_of([*consumers, consumer("audit")], found).ledgers["1"]) == 1
    assert found.scans == ["payments", "ledger"]


def test_an_event_that_the_contracts_refuse_ends_a_lesson_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    emitted = {"type": "order.lost", "time": 0, "schema": "1.0", "correlationid": "c", "id": "1", "data": {}}
    item = to_attributes(to_item(Record("x", State(), version=1, outbox=(emitted,))))
    system = System(0)
    monkeypatch.setitem(vars(system), "functions", [consumer("order", TABLE_NAME="orders")])
    monkeypatch.setattr(system, "client", lambda _: Tables({"orders": [item]}))
    with pytest.raises(LessonFailed, match=r"a table has an event that .* refuse .*order.lost"):
        system.journal()
