"""The current state of the run, for the live page: services, queues, recent orders and message counts."""

from dataclasses import asdict
from typing import Any

from infra.live.order_tracker import OrderTracker
from infra.live.topology import Topology
from infra.local.aws import queues
from infra.local.aws.clients import client
from infra.local.control.project import RunParts
from infra.local.event_sources.faults import Faults
from infra.local.model.stack import Function

RECENT = 40
"""The maximum number of orders in the page's list."""


def state(parts: RunParts, topology: Topology, tracker: OrderTracker) -> dict[str, Any]:
    """The whole state. It is small, so each update has all of it, and a page may miss an update."""
    tracker.catch_up()
    owner = owner_of_orders(topology)
    recent = list(tracker.orders.values())[-RECENT:]
    return {
        "without": parts.without,
        "services": {
            name: {**_service(parts, name), **tracker.services[name].to_json()} for name in topology.services
        },
        "queues": {name: _queue(parts.faults, name) for name in topology.queues},
        "flow": dict(tracker.flow),
        "call_faults": [fault.to_json() for fault in parts.faults.calls.values()],
        "notices": [notice.to_json() for notice in parts.notices.newest],
        "orders": [order.summary(owner) for order in reversed(recent)],
    }


def owner_of_orders(topology: Topology) -> str:
    """The service that places orders: the first one with an HTTP API."""
    return next((service.name for service in topology.services.values() if service.api), "")


def dead_ids(topology: Topology) -> frozenset[str]:
    """The ids of all messages in dead-letter queues."""
    return frozenset(
        message.id
        for queue in topology.queues.values()
        if queue.holds_dead_letters
        for message in queues.messages(queue.name)
    )


def hidden_until(topology: Topology) -> dict[str, float]:
    """The ends of the visibility timeouts of all messages in flight, by message id."""
    found: dict[str, float] = {}
    for name in topology.queues:
        found |= queues.hidden_until(name)
    return found


def _service(parts: RunParts, name: str) -> dict[str, Any]:
    faults = parts.faults.service(name)
    functions = [function for function in parts.stacks.functions() if function.service == name]
    return {
        "running": faults.running.is_set(),
        "slow_seconds": faults.slow_seconds,
        "functions": {f.logical_id: parts.environments.availability(f.name) for f in functions},
        "unpublished": parts.deliveries.unpublished(name),
        "broken": _broken(parts, functions),
    }


def _broken(parts: RunParts, functions: list[Function]) -> dict[str, Any] | None:
    """The failure of the first function whose code cannot be imported."""
    found = (parts.notices.broken.get(function.logical_id) for function in functions)
    return next((asdict(failure) for failure in found if failure is not None), None)


def _queue(faults: Faults, name: str) -> dict[str, Any]:
    injected = faults.queue(name)
    delay_seconds = int(queues.named(name).delay_seconds)
    return {
        **queues.depths(name),
        "duplicate": injected.duplicate,
        "reorder": injected.reorder,
        "break_next": injected.break_next,
        "delay_seconds": delay_seconds,
        "slowed": injected.original_delay_seconds not in (None, delay_seconds),
    }


def set_delay(name: str, seconds: int) -> None:
    """Sets a queue's DelaySeconds, which applies to messages that are sent from now on."""
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": str(seconds)})
