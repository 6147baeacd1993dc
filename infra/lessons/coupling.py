"""Lessons on coupling: what a service knows of the others, and how an event changes."""

import ast
import json
from collections.abc import Iterator
from typing import Any

from choreography.outbox import derived_id
from contracts.envelope import dataschema
from infra.lessons.acts import discard, place, start, stop, wait_for_status, wait_in_queue
from infra.lessons.errors import LessonFailed
from infra.lessons.lesson import Lesson, Safeguard, Step
from infra.lessons.stage import Stage
from infra.shared.root import ROOT
from infra.simulation.services import SERVICES

NAMES = [service.name for service in SERVICES]
UNKNOWN = "order.gift_wrapped"
"""An event type of which no consumer knows."""
NEWER_MINOR, NEW_MAJOR = "1.99", "2.0"


def show_imports(stage: Stage) -> None:
    """Shows which of this project's packages each service imports. Raises LessonFailed for a service."""
    for name in NAMES:
        known = {*NAMES, "choreography", "contracts"}
        imported = {module.partition(".")[0] for module in _imported(name)} & known - {name}
        stage.say(f"  {name} imports {', '.join(sorted(imported))}")
        if others := imported & set(NAMES):
            raise LessonFailed(f"{name} imports {', '.join(sorted(others))}")


def _imported(service: str) -> Iterator[str]:
    """The modules that a service's code imports."""
    for file in sorted((ROOT / "functions" / service).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ""


def show_subscriptions(stage: Stage) -> None:
    """Shows which event types each service receives, by the filter policies of its queues."""
    known = stage.system.page("GET", "map")
    owners = {queue["name"]: queue["service"] for queue in known["queues"]}
    for name in NAMES:
        types = {
            kind
            for subscription in known["subscriptions"]
            if owners.get(subscription["queue"]) == name
            for kind in subscription["types"]
        }
        stage.say(f"  {name} receives {', '.join(sorted(types))}")


def publish_unknown(stage: Stage) -> None:
    """Publishes an event of a type that no queue subscribes to, about the last order."""
    event = _message(stage) | {"type": UNKNOWN, "dataschema": dataschema(UNKNOWN, "1.0"), "data": {}}
    _publish(stage, event | {"id": derived_id(event["id"], UNKNOWN)})


def publish_newer(stage: Stage) -> None:
    """Replaces Payment's message by the same event as the next version of Order would publish it.

    It publishes the next major version beside it, as during a migration (docs/rollouts.md).
    """
    event = _message(stage)
    kind, data = event["type"], event["data"] | {"gift_note": "Happy birthday"}
    major = f"{kind}.v2"
    _publish(stage, event | {"dataschema": dataschema(kind, NEWER_MINOR), "data": data})
    _publish(
        stage,
        event
        | {"id": derived_id(event["id"], major), "type": major, "dataschema": dataschema(major, NEW_MAJOR)},
    )


def _message(stage: Stage) -> dict[str, Any]:
    """Takes the last order's message out of PaymentQueue. Raises LessonFailed if it has none."""
    name = stage.system.queue("PaymentQueue")
    for message in stage.system.page("GET", f"queues/{name}/messages")["messages"]:
        if message["order_id"] == stage.order_id:
            event: dict[str, Any] = json.loads(message["body"])
            return event
    raise LessonFailed("PaymentQueue has no message about the order")


def _publish(stage: Stage, event: dict[str, Any]) -> None:
    topics = [f.environment["TOPIC_ARN"] for f in stage.system.functions if "TOPIC_ARN" in f.environment]
    stage.system.client("sns").publish(
        TopicArn=next(arn for arn in topics if arn.endswith("OrderTopic")),
        Message=json.dumps(event),
        MessageAttributes={"type": {"DataType": "String", "StringValue": event["type"]}},
    )


LOOSE_COUPLING = Lesson(
    name="loose-coupling",
    title="Loose coupling",
    story=(
        "A service imports the contracts of events, and no code of another service.",
        "It names the event types that it receives; who publishes or receives others is not its concern.",
        "So Order can publish a new type of event, and neither Payment nor Shipping notices it.",
    ),
    watch="The new event leaves Order's topic on no arrow.",
    steps=(
        Step("What each service imports.", show_imports),
        Step("What each service subscribes to.", show_subscriptions),
        Step("Payment stops, so that a message can be copied.", stop("payment")),
        Step("Ada places an order.", place()),
        Step("Its message waits in PaymentQueue.", wait_in_queue("PaymentQueue", 1)),
        Step(f"Order publishes {UNKNOWN}, which no service subscribes to.", publish_unknown),
        Step("Payment starts.", start("payment")),
        Step("The order is shipped.", wait_for_status("shipped")),
    ),
    outcome="no service gets the new event; the order is shipped",
)

NEW_VERSION = Lesson(
    name="new-version",
    title="A new version of an event beside the old",
    story=(
        "A newer Order adds a field to order.placed, and publishes order.placed.v2 beside it.",
        "Payment is older: it ignores the field that it does not know.",
        "Its filter policy names the types that it reads, so order.placed.v2 does not reach it.",
    ),
    watch="PaymentQueue has one message about the order, and PaymentDeadLetters none.",
    steps=(
        Step("Payment stops.", stop("payment")),
        Step("Ada places an order.", place()),
        Step("Its message waits in PaymentQueue.", wait_in_queue("PaymentQueue", 1)),
        Step("Order publishes the newer minor version, and the new major version.", publish_newer),
        Step("The older message is removed; the newer one stays.", discard("PaymentQueue", 1)),
        Step("Payment starts, and reads the newer version.", start("payment")),
        Step("The order is shipped.", wait_for_status("shipped")),
    ),
    outcome="the older consumer reads the newer event; shipped once",
    safeguards=(
        Safeguard(
            without="unknown-fields-are-refused",
            light=1,
            consequence="dead-lettered by a new field; the order hangs",
            cost="",
            code=("contracts/envelope.py:Payload",),
            decision="0015-cloudevents-and-a-type-for-each-major.md",
        ),
    ),
)
