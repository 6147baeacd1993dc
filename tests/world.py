"""The whole choreography in the test's process, with methods for requests, queues, tables and ledgers."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from moto.sqs.models import sqs_backends

from choreography import aws, secrets
from choreography.stored import event_json, published
from choreography.table import from_attributes
from contracts.envelope import Event
from infra.local.aws.clients import client
from infra.local.in_process import InProcess, environment, invoke
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.messages import Response
from infra.shared import carrier_messages
from infra.shared.order_kinds import request
from infra.shared.root import ROOT

ORDER_ID = "2a6b6f0e-0000-4000-8000-000000000001"
STRIPES_KEY = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:stripe"
DISPATCH_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:carrier"
PARAMETERS: tuple[dict[str, str], ...] = (
    {},
    {"PaymentGateway": "stripe", "StripeSecretArn": STRIPES_KEY},
    {
        "Carrier": "http",
        "CarrierEndpoint": "https://carrier.example.com/v1",
        "DispatchSecretArn": DISPATCH_SECRET,
    },
)
"""The parameters of a stack with the sandboxes, with Stripe, and with a carrier over HTTP."""


class Crash(BaseException):
    """Ends a function as a crash does. It is a BaseException, so that no handler catches it as an error."""


def an_order(country: str = "GB", **changes: Any) -> dict[str, Any]:
    """A valid request body with these changes."""
    order = request("shipped", "ada")
    order["shipping_address"]["country"] = country
    return order | changes


def problem(answer: Response) -> Any:
    """The problem document in an answer."""
    assert dict(answer.headers)["content-type"] == "application/problem+json"
    return json.loads(answer.body)


def fields(answer: Response) -> set[str]:
    """The invalid fields that a problem document names."""
    return {error["field"] for error in problem(answer)["errors"]}


class World(InProcess):
    """`InProcess` with short methods for tests."""

    def __init__(self, template: Path = ROOT / "template.yaml") -> None:
        super().__init__(template)
        secrets.provider.cache_clear()  # it has the secrets of an earlier world

    def post(self, path: str, body: Any = None, **headers: str) -> Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", path, raw, **headers)

    def get(self, path: str) -> Any:
        return json.loads(self.request("GET", path).body)

    def place(self, country: str = "GB", **changes: Any) -> str:
        """Places an order. Returns its id."""
        answer = self.post("/orders", an_order(country, **changes))
        assert answer.status == 202, answer
        order_id: str = json.loads(answer.body)["order_id"]
        return order_id

    def time_limit(self, seconds: int) -> None:
        """Sets the deadline of orders that are placed from now on."""
        api = self.stack.functions["OrderApi"]
        environment = {**api.environment, "TIME_LIMIT_SECONDS": str(seconds)}
        self.stack.functions["OrderApi"] = replace(api, environment=environment)

    def cancel(self, order_id: str) -> int:
        """Requests the cancellation of an order. Returns the HTTP status."""
        return self.post(f"/orders/{order_id}/cancellation").status

    def parcel_delivered(self, order_id: str) -> Response:
        """Sends the carrier's report that it delivered the order's parcel."""
        body = carrier_messages.message(order_id, "SBX1", datetime(2026, 1, 2, tzinfo=UTC))
        return self.send_webhook(order_id, body)

    def send_webhook(self, order_id: str, body: bytes, age_seconds: int = 0, **changed: str) -> Response:
        """Send a signed message of the carrier. `changed` replaces headers after the signing."""
        secret = client("secretsmanager").get_secret_value(SecretId=self.stack.secrets["CarrierSecret"])
        headers = carrier_messages.signed(
            secret["SecretString"], order_id, body, int(time.time()) - age_seconds
        )
        names = {name.replace("-", "_"): value for name, value in headers.items()}
        return self.request("POST", "/carrier/webhooks", body, **(names | changed))

    def status(self, order_id: str) -> str:
        status: str = self.get(f"/orders/{order_id}")["status"]
        return status

    def history(self, order_id: str) -> list[str]:
        return [event["type"] for event in self.get(f"/orders/{order_id}/history")["events"]]

    def ledger(self, service: str, order_id: str) -> list[str]:
        """The entries of an order in the gateway's or the carrier's ledger."""
        entries = self.items(f"{service}Ledger")
        return sorted(f"{e['kind']} {e['outcome']}" for e in entries if e["order_id"] == order_id)

    def items(self, table: str) -> list[dict[str, Any]]:
        found = client("dynamodb").scan(TableName=self.stack.tables[table], ConsistentRead=True)["Items"]
        return [from_attributes(item) for item in found]

    def item(self, table: str, order_id: str) -> dict[str, Any]:
        (item,) = [item for item in self.items(table) if item["order_id"] == order_id]
        return item

    def published(self, table: str, order_id: str) -> list[dict[str, Any]]:
        """The events in the outbox of an order."""
        outbox = self.item(table, order_id)["outbox"]
        return [json.loads(event_json(event)) for event in published(order_id, outbox)]

    def messages(self, queue: str) -> list[Any]:
        """All messages of a queue. They stay in it."""
        url = self.stack.queues[queue]
        found: list[Any] = []
        while (
            batch := client("sqs")
            .receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
            )
            .get("Messages")
        ):
            found += batch
        for message in found:
            client("sqs").change_message_visibility(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        return found

    def kinds(self, queue: str) -> list[str]:
        """The types of the events in a queue, visible or not. The messages stay in it."""
        return [json.loads(message.body)["type"] for message in self._stored(queue)]

    def take(self, queue: str, *kinds: str) -> list[str]:
        """Removes the events of these types from a queue. Returns their bodies."""
        taken = [m for m in self.messages(queue) if json.loads(m["Body"])["type"] in kinds]
        for message in taken:
            url = self.stack.queues[queue]
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in taken]

    def run_until(self, queue: str, kind: str) -> None:
        """Runs every mapping until a queue has an event of this type, which stays in it."""
        for _ in range(10):
            for name in self.mappings:
                if kind in self.kinds(queue):
                    return
                self.step(name)
        raise AssertionError(f"no {kind} came to {queue}")

    def send(self, queue: str, *bodies: str, **attributes: str) -> None:
        """Sends these bodies to a queue, with new message ids."""
        given = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        for body in bodies:
            client("sqs").send_message(
                QueueUrl=self.stack.queues[queue], MessageBody=body, MessageAttributes=given
            )

    def deliver(self, function: str, *events: Event[Any] | str, receive_count: int = 1) -> list[str]:
        """Invokes a consumer with one batch. Returns the bodies that it reports as failed."""
        bodies = [event if isinstance(event, str) else event.to_json() for event in events]
        records = [record(body, number, receive_count) for number, body in enumerate(bodies)]
        answer = invoke(self.stack.functions[function], {"Records": records})
        return [bodies[int(failure["itemIdentifier"])] for failure in answer["batchItemFailures"]]

    def hidden_until(self, queue: str) -> list[float]:
        """The time at which each message of a queue becomes visible, in seconds since 1970."""
        return [max(m.visible_at, m.delayed_until) / 1000 for m in self._stored(queue)]

    def wake_hidden(self, queue: str) -> None:
        """Ends every visibility timeout in a queue."""
        for message in self._stored(queue):
            message.visible_at = message.delayed_until = 0

    def _stored(self, queue: str) -> list[Any]:
        name = self.stack.queues[queue].rpartition("/")[2]
        stored: list[Any] = sqs_backends[ACCOUNT][REGION].queues[name]._messages
        return stored


def record(body: str, number: int = 0, receive_count: int = 1) -> dict[str, Any]:
    """An SQS record as Lambda passes it to a function."""
    return {
        "messageId": str(number),
        "receiptHandle": f"handle-{number}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(receive_count)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:q",
        "awsRegion": "eu-west-1",
    }


SERVICE = {"GetItem": "dynamodb", "BatchGetItem": "dynamodb", "PutItem": "dynamodb", "PublishBatch": "sns"}


@contextmanager
def crash(moment: str, operation: str, number: int = 1) -> Iterator[None]:
    """Crashes `before` or `after` the `number`th AWS call of this operation, such as "PutItem".

    The test fails if the block does not make this call.
    """
    calls = 0

    def hook(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            raise Crash(f"{moment} {operation} {number}")

    with hooked(f"{moment}-call", operation, hook), pytest.raises(Crash, match=f"{moment} {operation}"):
        yield


@contextmanager
def hooked(moment: str, operation: str, hook: Any) -> Iterator[None]:
    """Calls `hook` before or after each call of an operation that a function makes."""
    service = SERVICE[operation]
    with environment({}):
        events: Any = getattr(aws, service)().meta.events
    name = f"{moment}.{service}.{operation}"
    events.register_first(name, hook)
    try:
        yield
    finally:
        events.unregister(name, hook)
