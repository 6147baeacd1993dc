"""One order's history, from the inbox and the outbox of each service."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from choreography.causality import in_causal_order
from choreography.decisions import State
from choreography.errors import UnknownFormat
from choreography.stored import Record, known_events, to_record
from choreography.table import from_attributes, to_attributes
from infra.cli.deployed import Deployed, Service
from infra.cli.errors import CommandError, NotFound
from infra.shared.arns import name_of, queue_name
from infra.shared.filter_policies import event_types
from order.state import status


@dataclass(frozen=True)
class Step:
    """An event of the order.

    `handled_by` are the services that have handled it; `awaited_by` are the subscribers that have not.
    """

    id: str
    type: str
    publisher: str
    time: str
    cause: str | None
    depth: int
    handled_by: tuple[str, ...]
    awaited_by: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """An order's events, each after its cause. `statuses` has the order's status in each service."""

    order_id: str
    services: tuple[str, ...]
    steps: tuple[Step, ...]
    statuses: Mapping[str, str]


def history(deployed: Deployed, order_id: str) -> History:
    """Reads the order's history. Raises NotFound if no service has the order."""
    services = deployed.services
    records = {service.name: _record(deployed, service, order_id) for service in services}
    events = known_events(*records.values())
    if not events:
        raise NotFound(f"no service of {deployed.name} has order {order_id}: see choreo watch")
    subscribers = _subscribers(deployed, services)
    steps: dict[str, Step] = {}
    for event in in_causal_order(events):
        cause = event.get("causationid")
        handled = tuple(name for name, record in records.items() if event["id"] in record.inbox)
        wanted = subscribers.get(event["type"], [])
        steps[event["id"]] = Step(
            id=event["id"],
            type=event["type"],
            publisher=_publisher(event["source"], services),
            time=event["time"],
            cause=cause,
            depth=steps[cause].depth + 1 if cause in steps else 0,
            handled_by=handled,
            awaited_by=tuple(name for name in wanted if name not in handled),
        )
    statuses = {name: _status(record) for name, record in records.items() if record.version}
    return History(order_id, tuple(records), tuple(steps.values()), statuses)


def _record(deployed: Deployed, service: Service, order_id: str) -> Record[State]:
    key = to_attributes({"order_id": order_id})
    answer = deployed.client("dynamodb").get_item(TableName=service.table, Key=key, ConsistentRead=True)
    if "Item" not in answer:
        return Record(order_id, State())
    try:
        return to_record(from_attributes(answer["Item"]), State)
    except UnknownFormat as error:
        raise CommandError(f"{service.name}: {error}") from error


def _subscribers(deployed: Deployed, services: list[Service]) -> dict[str, list[str]]:
    """The services that subscribe to each event type."""
    by_queue = {queue_name(service.queue): service.name for service in services}
    sns = deployed.client("sns")
    found: dict[str, list[str]] = {}
    for arn in deployed.resources.get("AWS::SNS::Subscription", {}).values():
        attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        service = by_queue.get(name_of(attributes["Endpoint"]))
        for event_type in event_types(json.loads(attributes.get("FilterPolicy", "{}"))):
            if service is not None:
                found.setdefault(event_type, []).append(service)
    return found


def _publisher(source: str, services: list[Service]) -> str:
    name = source.rpartition("/")[2]
    return next((service.name for service in services if service.name.lower() == name), name.capitalize())


def _status(record: Record[State]) -> str:
    """The status in a service's item. Order stores none, because it follows from the events.

    Another service without a status has the last event that it published, or `noted`.
    """
    if "status" in record.unknown:
        return str(record.unknown["status"])
    emitted = [str(entry["type"]) for entry in record.outbox]
    if "order.placed" in emitted:
        return status(frozenset([*emitted, *(entry["type"] for entry in record.inbox.values())]))
    return emitted[-1] if emitted else "noted"
