"""Rebuilds the projections: empties the tables and publishes all events again. Both results must be equal."""

from typing import Any

from choreography.stored import to_record
from choreography.table import from_attributes, to_attributes
from infra.local.aws.moto_patches import patched_moto
from infra.simulation.determinism import deterministic
from infra.simulation.faults import Scenario
from infra.simulation.run import Simulation
from infra.simulation.services import SERVICES

Projections = dict[tuple[str, str], Any]
"""By service and order: the status, the published events and the handled events; or a ledger entry."""


def republished(scenario: Scenario) -> tuple[Projections, Projections]:
    """The projections at the end of a run, and after a rebuild.

    Order's table keeps the orders as they were placed, because the customer's request creates an order and no
    event does. The clock starts again, because Payment charges no order after its deadline.
    """
    with deterministic(scenario.seed) as clock, patched_moto():
        simulation = Simulation(scenario, clock)
        result = simulation.run()
        assert not result.wrong, result.wrong
        with simulation.injector.installed():
            before = _projections(simulation)
            simulation.injector.on_call = lambda *_: None  # the checker would report the repeated events
            _empty(simulation)
            clock.advance(-clock.elapsed_seconds)
            for event in list(simulation.journal.emitted.values()):
                service = event.source.rpartition("/")[2]
                simulation.world.publish(service, event.type, simulation.journal.texts[event.id])
            while sum([simulation.deliver(name) for name in simulation.world.sources]):
                pass
            return before, _projections(simulation)


def _empty(simulation: Simulation) -> None:
    world = simulation.world
    for service in SERVICES:
        table = f"{service.name.capitalize()}Table"
        for attributes in world.items(table):
            item = from_attributes(attributes)
            world.delete(table, {"order_id": attributes["order_id"]})
            if service.name == "order":
                world.put(table, to_attributes(_as_placed(item)))


def _as_placed(item: dict[str, Any]) -> dict[str, Any]:
    first = {"version": 1, "inbox": {}, "outbox": item["outbox"][:1], "emits": None}
    return item | first | {"tracking_number": None, "reason": None}


def _projections(simulation: Simulation) -> Projections:
    world, found = simulation.world, Projections()
    for service in SERVICES:
        prefix = service.name.capitalize()
        for attributes in world.items(f"{prefix}Table"):
            record = to_record(from_attributes(attributes), service.state)
            events = sorted(event["id"] for event in record.published)
            found[service.name, record.order_id] = (
                service.status(record.state),
                events,
                sorted(record.inbox),
            )
        if f"{prefix}Ledger" in world.stack.tables:
            for attributes in world.items(f"{prefix}Ledger"):
                entry = from_attributes(attributes)
                found[f"{service.name}'s ledger", entry["order_id"] + entry["idempotency_key"]] = entry[
                    "outcome"
                ]
    return found
