"""The AsyncAPI 3 document: every topic and queue with messages, senders, receivers and filter policies."""

from collections.abc import Iterable
from typing import Any

from contracts.catalogue import EVENTS
from contracts.envelope import Payload
from infra.contracts.examples import PRODUCERS, example
from infra.contracts.schemas import described, resolved, schema
from infra.contracts.template_topology import TemplateQueue, TemplateTopology

CONTENT_TYPE = "application/cloudevents+json"


def asyncapi(topology: TemplateTopology) -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Order choreography: events",
            "version": "1.0.0",
            "description": "The events of Order, Payment and Shipping: CloudEvents 1.0 in structured "
            "JSON, over SNS topics and SQS queues. Delivery is at least once, in any order.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": _channels(topology),
        "operations": _operations(topology),
        "components": {"messages": {kind: _message(payload) for kind, payload in EVENTS.items()}},
    }


def _message(payload: type[Payload]) -> dict[str, Any]:
    return {
        "name": payload.type,
        "title": f"{payload.type} {payload.version}",
        "summary": described(payload),
        "contentType": CONTENT_TYPE,
        "payload": _embedded(payload),
        "examples": [{"name": "sample", "payload": example(payload.type)}],
    }


def _embedded(payload: type[Payload]) -> dict[str, Any]:
    """The schema with its definitions inlined, because a `$ref` would refer to the whole document."""
    made = schema(payload)
    definitions = made.pop("$defs")
    for keyword in ("$schema", "$id"):
        made.pop(keyword)
    flat: dict[str, Any] = resolved(made, definitions)
    return flat


def _channels(topology: TemplateTopology) -> dict[str, Any]:
    topics = {
        topic: {
            "address": topic,
            "title": f"Events of {publisher.capitalize()}",
            "description": "An SNS topic. The message attribute `type` has the event's type.",
            "messages": _messages(kind for kind, producer in PRODUCERS.items() if producer == publisher),
        }
        for topic, publisher in topology.topics.items()
    }
    return topics | {queue.name: _queue(queue, topology) for queue in topology.queues.values()}


def _queue(queue: TemplateQueue, topology: TemplateTopology) -> dict[str, Any]:
    feeding = [s for s in topology.subscriptions if s.queue == queue.name]
    channel: dict[str, Any] = {
        "address": queue.name,
        "title": f"Queue of {queue.consumer}" if queue.consumer else "Dead-letter queue",
        "description": f"An SQS queue. It keeps messages for {queue.retention_days} days.",
        "messages": _messages(kind for s in feeding for kind in s.types),
    }
    if feeding:
        channel["x-subscriptions"] = [
            {"name": s.name, "topic": s.topic, "filterPolicy": s.policy, "rawMessageDelivery": True}
            for s in feeding
        ]
    if queue.dead_letters:
        channel["x-dead-letters"] = {"$ref": f"#/channels/{queue.dead_letters}"}
    return channel


def _messages(kinds: Iterable[str]) -> dict[str, Any]:
    return {kind: {"$ref": f"#/components/messages/{kind}"} for kind in kinds}


def _operations(topology: TemplateTopology) -> dict[str, Any]:
    operations = {
        f"{publisher}.publish": _operation(
            "send", topic, publisher, [kind for kind, producer in PRODUCERS.items() if producer == publisher]
        )
        for topic, publisher in topology.topics.items()
    }
    for queue in topology.queues.values():
        if queue.consumer and queue.service:
            kinds = [kind for s in topology.subscriptions if s.queue == queue.name for kind in s.types]
            made = _operation("receive", queue.name, queue.service, kinds)
            operations[f"{queue.service}.{queue.consumer}"] = made
    return operations


def _operation(action: str, channel: str, service: str, kinds: list[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "tags": [{"name": service}],
        "messages": [{"$ref": f"#/channels/{channel}/messages/{kind}"} for kind in sorted(kinds)],
    }
