"""The topology of the running stacks, for the page's map: services, topics, queues and subscriptions."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from infra.local.aws import queues
from infra.local.aws.clients import client
from infra.local.model.stack import Stack
from infra.local.patterns.operators import InvalidPattern
from infra.local.patterns.patterns import compile_pattern
from infra.shared.arns import name_of, queue_name
from infra.shared.filter_policies import event_types


@dataclass(frozen=True)
class Queue:
    """A queue of `service`, which consumes its messages, or whose dead letters it holds.

    `dead_letters` is the name of its dead-letter queue. `source` is the source queue of a dead-letter queue;
    it is None for the dead-letter queue of a relay, because a relay reads a stream.
    """

    name: str
    label: str
    service: str
    dead_letters: str | None = None
    source: str | None = None
    holds_dead_letters: bool = False


@dataclass(frozen=True)
class Topic:
    """A topic for events. `publisher` is the service that publishes to it."""

    arn: str
    label: str
    publisher: str


@dataclass(frozen=True)
class Subscription:
    """A subscription of a queue to a topic.

    `types` are the event types that pass its filter policy. If it is empty, all types pass.
    """

    topic: str
    queue: str
    policy: Mapping[str, Any]
    types: tuple[str, ...]

    def takes(self, attributes: Mapping[str, str]) -> bool:
        """Whether a message with these attributes passes the filter policy."""
        try:
            return compile_pattern(self.policy)(attributes) if self.policy else True
        except (
            InvalidPattern
        ):  # an operator that only SNS has: the map may then show more messages than SNS delivers
            return True


@dataclass(frozen=True)
class Service:
    """The functions of a service in one stack. `api` means that one of them answers HTTP requests."""

    name: str
    stack: str
    functions: tuple[str, ...]
    api: bool
    routes: tuple[str, ...]
    """The paths of its HTTP API."""
    relays: bool
    """Whether one of its functions reads a stream of its table, to publish its events."""


@dataclass(frozen=True)
class Table:
    """A DynamoDB table. `service` has a function whose environment names the table; None if none does."""

    name: str
    label: str
    service: str | None


@dataclass
class Topology:
    """The services, topics, queues, subscriptions and tables of the run."""

    services: dict[str, Service] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    subscriptions: list[Subscription] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)

    def subscribers(self, topic: str, attributes: Mapping[str, str]) -> list[Queue]:
        """The queues that get a message with these attributes from a topic."""
        return [
            self.queues[s.queue]
            for s in self.subscriptions
            if s.topic == topic and s.queue in self.queues and s.takes(attributes)
        ]

    def service_of(self, function: str) -> str | None:
        """The service of a function, by logical id; None if no service has it."""
        return next((s.name for s in self.services.values() if function in s.functions), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "services": [asdict(service) for service in self.services.values()],
            "topics": [asdict(topic) for topic in self.topics.values()],
            "queues": [asdict(queue) for queue in self.queues.values()],
            "subscriptions": [
                {"topic": s.topic, "queue": s.queue, "types": list(s.types)} for s in self.subscriptions
            ],
            "tables": [asdict(table) for table in self.tables.values()],
        }


def topology(stacks: Iterable[Stack]) -> Topology:
    """Reads the topology of these stacks."""
    found = Topology()
    for stack in stacks:
        _add_services(found, stack)
        _add_queues(found, stack)
        _add_topics(found, stack)
        _add_tables(found, stack)
    sns = client("sns")
    for stack in stacks:
        for arn in stack.subscriptions.values():
            found.subscriptions.append(_subscription(sns, arn))
    return found


def _add_services(found: Topology, stack: Stack) -> None:
    by_service: dict[str, list[str]] = {}
    for logical_id, function in stack.functions.items():
        by_service.setdefault(function.service, []).append(logical_id)
    streamed = {source.function for source in stack.sources.values() if ":dynamodb:" in source.arn}
    for name, functions in by_service.items():
        found.services[name] = Service(
            name,
            stack.name,
            tuple(functions),
            api=any(route.function in functions for route in stack.routes),
            routes=tuple(route.path for route in stack.routes if route.function in functions),
            relays=not streamed.isdisjoint(functions),
        )


def _add_queues(found: Topology, stack: Stack) -> None:
    labels = {queue_name(url): logical_id for logical_id, url in stack.queues.items()}
    for source in stack.sources.values():
        service = stack.functions[source.function].service
        name = name_of(source.arn)
        if name in labels:
            dead = queues.named(name).dead_letter_queue
            dead_name = None if dead is None else str(dead.name)
            found.queues[name] = Queue(name, labels[name], service, dead_letters=dead_name)
            if dead_name in labels:
                found.queues[dead_name] = Queue(
                    dead_name, labels[dead_name], service, source=name, holds_dead_letters=True
                )
        on_failure = source.properties.get("DestinationConfig", {}).get("OnFailure", {})
        dead_name = name_of(on_failure.get("Destination", ""))
        if dead_name in labels:
            found.queues[dead_name] = Queue(dead_name, labels[dead_name], service, holds_dead_letters=True)


def _add_topics(found: Topology, stack: Stack) -> None:
    for logical_id, arn in stack.topics.items():
        # A function publishes to the topics in its environment variables; nothing else in a template says so.
        publishers = [f.service for f in stack.functions.values() if arn in f.environment.values()]
        if publishers:  # the alarms' topic has no events
            found.topics[arn] = Topic(arn, logical_id, publishers[0])


def _add_tables(found: Topology, stack: Stack) -> None:
    for logical_id, name in stack.tables.items():
        readers = [f.service for f in stack.functions.values() if name in f.environment.values()]
        found.tables[name] = Table(name, logical_id, next(iter(readers), None))


def _subscription(sns: Any, arn: str) -> Subscription:
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    policy = json.loads(attributes.get("FilterPolicy") or "{}")
    return Subscription(attributes["TopicArn"], name_of(attributes["Endpoint"]), policy, event_types(policy))
