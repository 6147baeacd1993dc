"""Passes every AWS call that took effect to the checker, and records the run as text and Mermaid diagram."""

import json
from collections.abc import Mapping
from typing import Any

from choreography.table import from_attributes
from contracts.catalogue import ContractError, UnknownType
from infra.local.model.messages import Batch
from infra.local.model.stack import Function
from infra.shared.arns import queue_name
from infra.simulation.checker import Checker
from infra.simulation.determinism import Clock
from infra.simulation.events import read
from infra.simulation.world import World


class Observer:
    """Connects the world with the checker."""

    def __init__(self, world: World, checker: Checker, clock: Clock) -> None:
        self._world, self._checker, self._clock = world, checker, clock
        self._journal = checker.journal

    def took_effect(self, function: Function, operation: str, parameters: Mapping[str, Any]) -> None:
        """Records an AWS call of a handler."""
        if operation == "PutItem":
            self._put(parameters["TableName"], from_attributes(parameters["Item"]))
        elif operation == "SendMessage":
            queue = queue_name(parameters["QueueUrl"])
            reason = parameters.get("MessageAttributes", {}).get("reason", {}).get("StringValue", "").strip()
            self._journal.sent.append((queue, parameters["MessageBody"], reason))
            self.say(
                function.service,
                f"sends to {queue}: {title(parameters['MessageBody'])} ({reason or 'again'})",
            )
        elif operation == "Publish":
            service = self._world.publisher(parameters["TopicArn"])
            self._checker.published(service, parameters["Message"])
            self.say(service, f"publishes {title(parameters['Message'])}")
            self._journal.arrows.append(f"{service}-)topics: {title(parameters['Message'])}")

    def fault(self, function: Function, what: str) -> None:
        """Records an injected fault."""
        self.say(function.service, f"! {function.logical_id} {what}")
        self._journal.arrows.append(f"Note over {function.service}: {what}")

    def delivered(self, function: Function, queue: str, batch: Batch) -> None:
        """Records a batch that Lambda delivers from a queue to a function."""
        for record in batch.records:
            count = int(record["attributes"]["ApproximateReceiveCount"])
            self._checker.received(queue, count, self._world.receives(queue))
            try:
                event = read(record["body"])
            except (ContractError, UnknownType):
                pass
            else:
                status = self._journal.status(function.service, event.order_id)
                self._checker.deliveries[function.service, event.type, status] += 1
            self.say(function.service, f"receives {title(record['body'])}, time {count}")
            self._journal.arrows.append(f"topics-){function.service}: {title(record['body'])} (time {count})")

    def answered(self, function: Function, queue: str, batch: Batch, answer: Any, since: int) -> None:
        """Records the messages that the answer acknowledges.

        `since`: the messages sent before the invocation.
        """
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        dead_letters = self._world.queue_name(function, "DEAD_LETTER_QUEUE_URL")
        service = self._world.services[function.service]
        for record in batch.records:
            if record["messageId"] not in failed:
                self._checker.acknowledged(service, dead_letters, queue, record["body"], since)

    def request(self, method: str, path: str, status: int | None) -> None:
        """Records a customer's request and the answer's status; None if no answer came."""
        said = f"{method} {path.partition('?')[0]}: {status or 'no answer'}"
        self.say("customer", said)
        self._journal.arrows.append(f"customer->>order: {said}")

    def webhook(self, order_id: str, status: int | None) -> None:
        """Records a carrier's report and the answer's status; None if no answer came."""
        said = f"webhook of {order_id[:8]}: {status or 'no answer'}"
        self.say("carrier", said)
        self._journal.arrows.append(f"outside->>shipping: {said}")

    def say(self, who: str, text: str) -> None:
        self._journal.say(self._clock.elapsed_seconds, f"{who:8}  {text}")

    def _put(self, table: str, item: dict[str, Any]) -> None:
        if (service := self._world.owner("TABLE_NAME", table)) is not None:
            self._checker.wrote(service, item)
            status = self._journal.items[service.name, item["order_id"]].status
            self.say(service.name, f"writes {item['order_id'][:8]}, version {item['version']}: {status}")
        elif (service := self._world.owner("LEDGER_TABLE_NAME", table)) is not None:
            self._checker.entered(item)
            self.say(
                service.name, f"external effect for {item['order_id'][:8]}: {item['kind']} {item['outcome']}"
            )
            self._journal.arrows.append(f"{service.name}->>outside: {item['kind']}, {item['outcome']}")


def title(body: str) -> str:
    """A short description of a message: type and order id, or for poison the first characters."""
    try:
        message = json.loads(body)
        return f"{message['type']} of {message['subject'][:8]}"
    except (ValueError, KeyError, TypeError):
        return f"poison ({body[:20]})"
