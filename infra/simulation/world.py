"""The template on moto in this process. The simulation invokes each function and delivers each message."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import choreography.secrets
import order.api
from choreography import aws
from infra.local.aws import queues, topics
from infra.local.aws.clients import client
from infra.local.aws.queues import MotoQueue
from infra.local.event_sources.mapping import EventSourceMapping
from infra.local.event_sources.queue_mapping import QueueMapping
from infra.local.event_sources.stream_mapping import StreamMapping
from infra.local.in_process import ROOT, STACK, environment, invoke, send
from infra.local.model.messages import Batch, Request, Response
from infra.local.model.stack import EventSource, Function
from infra.local.provisioning.model import Template
from infra.local.provisioning.snapshot import provision_loaded
from infra.local.provisioning.template import load
from infra.permissions.calls import Permission
from infra.permissions.roles import allowed
from infra.shared.arns import name_of, queue_name, service_of
from infra.simulation.determinism import Clock
from infra.simulation.fault_injection import Crash, FaultInjector
from infra.simulation.services import SERVICES, SIMULATED, Service

SILENT = {"POWERTOOLS_METRICS_DISABLED": "true"}
"""Metrics are off, because nested invocations would share them."""
FUNCTION = "AWS_LAMBDA_FUNCTION_NAME"
"""This environment variable is set while a function runs."""
BATCH_SIZE = 10
"""The batch size of the template's mappings, unless a run chooses another."""


@cache
def template() -> Template:
    """The template, translated once for each process."""
    return load(ROOT / "template.yaml")


def permissions() -> set[Permission]:
    """The permissions of the template's roles."""
    return allowed(template(), STACK)


class World:
    """The provisioned stack, and access to its parts."""

    def __init__(self, clock: Clock, calls: FaultInjector) -> None:
        self.injector, self._clock, self._serving = calls, clock, False
        # The functions get new clients: the old ones keep their count of retries.
        for cached in (
            *(aws.dynamodb, aws.secretsmanager, aws.sns, aws.sqs),
            *(order.api._answers, choreography.secrets.provider),
        ):
            cached.cache_clear()
        self.stack = provision_loaded(template(), STACK, "http://localhost:3000")
        self._sqs, self._sns = client("sqs"), client("sns")
        self._dynamodb = client("dynamodb")
        self._mappings: dict[tuple[str, int], EventSourceMapping] = {}
        self.sources = {n: s for n, s in sorted(self.stack.sources.items()) if s.function in SIMULATED}
        self.services = {service.name: service for service in SERVICES}

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Attributes the AWS calls in the block to the simulation, also between two calls of a function.

        Setting the environment takes longer than most of these blocks, and only a function changes it.
        """
        with self.injector.running(None):
            if FUNCTION not in os.environ:
                yield
            else:
                with environment({}):
                    yield

    # -- functions

    def invoke(self, function: Function, event: Any) -> Any:
        """Runs the handler, whose AWS calls may fail. Raises LoopStopped and what the handler raises."""
        with self.injector.running(function):
            return invoke(function, event, SILENT)

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Response | None:
        """Sends an HTTP request to its function. Returns the answer, or None if the function crashed.

        One request at a time: Powertools keeps the current request in a module variable.
        """
        if self._serving:
            return None
        path, _, query = path.partition("?")
        named = {"content-type": "application/json", **(headers or {})}
        request = Request(method, path, query, list(named.items()), body)
        self._serving = True
        try:
            return send(self.stack, request, self.invoke)
        except Crash:
            return None
        finally:
            self._serving = False

    def consumers(self) -> Iterable[Function]:
        """Functions that consume a queue, in a fixed order."""
        named = (self.stack.functions[source.function] for source in self.sources.values())
        return [function for function in named if "QUEUE_URL" in function.environment]

    def function_of(self, mapping: str) -> Function:
        return self.stack.functions[self.sources[mapping].function]

    # -- event source mappings

    def is_stream(self, mapping: str) -> bool:
        return service_of(self.sources[mapping].arn) == "dynamodb"

    def poll(self, mapping: str, size: int = BATCH_SIZE) -> Batch | None:
        """The mapping's next batch, with at most `size` messages if it reads a queue."""
        with self._apart():
            return self._mapping(mapping, size).poll()

    def complete(self, mapping: str, batch: Batch, answer: Any) -> None:
        with self._apart():
            self._mapping(mapping).complete(batch, answer)

    def fail(self, mapping: str, batch: Batch, reason: str) -> None:
        with self._apart():
            self._mapping(mapping).fail(batch, reason)

    def replay(self, mapping: str) -> None:
        """Makes the mapping read the stream's shard again, from its first record."""
        self._mappings.pop((mapping, BATCH_SIZE), None)

    def _mapping(self, name: str, size: int = BATCH_SIZE) -> EventSourceMapping:
        if (name, size) not in self._mappings:
            with self._apart():
                self._mappings[name, size] = self._make(self.sources[name], size)
        return self._mappings[name, size]

    def _make(self, source: EventSource, size: int) -> EventSourceMapping:
        if service_of(source.arn) == "dynamodb":
            return StreamMapping(source, self._clock.now)
        sized = replace(source, properties={**source.properties, "BatchSize": size})
        return QueueMapping(sized, MotoQueue(name_of(source.arn)), self._clock.now)

    # -- queues, by name

    def queue_name(self, function: Function, variable: str) -> str:
        """The name of the queue whose URL is in this environment variable of the function."""
        return queue_name(function.environment[variable])

    def queues(self) -> list[str]:
        return sorted(queue_name(url) for url in self.stack.queues.values())

    def receives(self, queue: str) -> int | None:
        """The queue's `maxReceiveCount`; None if it has no dead-letter queue."""
        policy = queues.named(queue).redrive_policy
        return int(policy["maxReceiveCount"]) if policy else None

    def messages(self, queue: str) -> list[Any]:
        """moto's own list of the queue's messages. Changing its order changes the order of delivery."""
        return queues.stored(queue)

    def next_visible(self) -> float | None:
        """The time at which SQS can deliver the next message, in seconds since 1970.

        None if no message waits.
        """
        waiting = [
            max(message.visible_at, message.delayed_until) / 1000
            for function in self.consumers()
            for message in self.messages(self.queue_name(function, "QUEUE_URL"))
        ]
        return min(waiting, default=None)

    def move(self, message: Any, queue: str, target: str) -> None:
        """Moves a message from a queue to another, where it gets a new id."""
        self.messages(queue).remove(message)
        self.send(target, message.body, message.message_attributes)

    def send(self, queue: str, body: str, attributes: Mapping[str, Any] | None = None) -> None:
        """Sends a message. `attributes` are in moto's format; the reason for dead-lettering is left out."""
        given = {
            name: {
                "DataType": value.get("DataType") or value["data_type"],
                "StringValue": value["StringValue"],
            }
            for name, value in (attributes or {}).items()
            if name != "reason" and "StringValue" in value
        }
        url = next(url for url in self.stack.queues.values() if url.endswith(f"/{queue}"))
        with self._apart():
            self._sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=given)

    # -- topics and tables

    def publish(self, service: str, event_type: str, text: str) -> None:
        """Publishes an event again, as an operator would."""
        attributes = {"type": {"DataType": "String", "StringValue": event_type}}
        with self._apart():
            self._sns.publish(TopicArn=self._topics()[service], Message=text, MessageAttributes=attributes)

    def publisher(self, topic_arn: str) -> str:
        """The service that owns this topic."""
        return next(service for service, arn in self._topics().items() if arn == topic_arn)

    def notifications(self, service: str) -> list[str]:
        """The bodies of all messages that the service's topic accepted."""
        return topics.published(self._topics()[service])

    def owner(self, variable: str, table: str) -> Service | None:
        """The service whose functions have this table in this environment variable; None if there is none."""
        for function in self.stack.functions.values():
            if function.environment.get(variable) == table:
                return self.services[function.service]
        return None

    def items(self, table: str) -> list[dict[str, Any]]:
        """All items of the table with this logical id, in DynamoDB's JSON."""
        with self._apart():
            found: list[dict[str, Any]] = self._dynamodb.scan(TableName=self.stack.tables[table])["Items"]
        return found

    def put(self, table: str, item: Mapping[str, Any]) -> None:
        """Writes an item into the table with this logical id."""
        with self._apart():
            self._dynamodb.put_item(TableName=self.stack.tables[table], Item=dict(item))

    def delete(self, table: str, key: Mapping[str, Any]) -> None:
        """Deletes an item from the table with this logical id."""
        with self._apart():
            self._dynamodb.delete_item(TableName=self.stack.tables[table], Key=dict(key))

    def secret(self, logical_id: str) -> str:
        """The value of the secret with this logical id."""
        with self._apart():
            secrets = client("secretsmanager")
            text: str = secrets.get_secret_value(SecretId=self.stack.secrets[logical_id])["SecretString"]
        return text

    def _topics(self) -> dict[str, str]:
        relays = [f for f in self.stack.functions.values() if "TOPIC_ARN" in f.environment]
        return {function.service: function.environment["TOPIC_ARN"] for function in relays}
