"""A whole choreography for a test: customers' requests, and what an auditor would look at."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from choreography import aws
from choreography.table import from_attributes
from contracts.envelope import Event
from infra.local.http_api import Answer
from infra.local.in_process import InProcess, environment, invoke

ORDER_ID = "2a6b6f0e-0000-4000-8000-000000000001"


class Crash(BaseException):
    """A process that dies: no handler can catch it as an error."""


def an_order(country: str = "GB", **changes: Any) -> dict[str, Any]:
    """A request body that is accepted, but for `changes`."""
    address = {"name": "Ada", "line1": "12 St James Square", "city": "London", "postal_code": "SW1Y 4JH"}
    return {
        "customer_id": "ada",
        "items": [{"sku": "tea", "quantity": 2, "unit_price": 1250}],
        "currency": "EUR",
        "payment_method": "pm_card_visa",
        "shipping_address": address | {"country": country},
    } | changes


class World(InProcess):
    """InProcess, with shorthands for what tests ask and assert."""

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", path, raw, **headers)

    def get(self, path: str) -> Any:
        return json.loads(self.request("GET", path).body)

    def place(self, country: str = "GB", **changes: Any) -> str:
        """Places an order; its id."""
        answer = self.post("/orders", an_order(country, **changes))
        assert answer.status == 202, answer
        order_id: str = json.loads(answer.body)["order_id"]
        return order_id

    def cancel(self, order_id: str) -> int:
        """Asks for cancellation; the HTTP status."""
        return self.post(f"/orders/{order_id}/cancellation").status

    def status(self, order_id: str) -> str:
        status: str = self.get(f"/orders/{order_id}")["status"]
        return status

    def history(self, order_id: str) -> list[str]:
        return [event["type"] for event in self.get(f"/orders/{order_id}/history")["events"]]

    def ledger(self, service: str, order_id: str) -> list[str]:
        """What the gateway's or carrier's own book says of an order."""
        entries = self.items(f"{service}Ledger")
        return sorted(f"{e['kind']} {e['outcome']}" for e in entries if e["order_id"] == order_id)

    def items(self, table: str) -> list[dict[str, Any]]:
        with environment({}):
            client = boto3.client("dynamodb")
            found = client.scan(TableName=self.stack.tables[table], ConsistentRead=True)["Items"]
        return [from_attributes(item) for item in found]

    def item(self, table: str, order_id: str) -> dict[str, Any]:
        (item,) = [item for item in self.items(table) if item["order_id"] == order_id]
        return item

    def messages(self, queue: str) -> list[Any]:
        """All messages that wait in a queue; they stay there."""
        with environment({}):
            client = boto3.client("sqs")
            found = []
            while batch := client.receive_message(
                QueueUrl=self.stack.queues[queue],
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                AttributeNames=["All"],
                VisibilityTimeout=5,
            ).get("Messages"):
                found += batch
            for message in found:
                client.change_message_visibility(
                    QueueUrl=self.stack.queues[queue],
                    ReceiptHandle=message["ReceiptHandle"],
                    VisibilityTimeout=0,
                )
        return found

    def send(self, queue: str, *bodies: str) -> None:
        """Puts messages into a queue, as a publisher that publishes again would: under new message ids."""
        with environment({}):
            for body in bodies:
                boto3.client("sqs").send_message(QueueUrl=self.stack.queues[queue], MessageBody=body)

    def deliver(self, function: str, *events: Event[Any] | str, receive_count: int = 1) -> list[str]:
        """Invokes a consumer with one batch; the bodies that it reports as failed."""
        bodies = [event if isinstance(event, str) else event.to_json() for event in events]
        records = [record(body, number, receive_count) for number, body in enumerate(bodies)]
        answer = invoke(self.stack.functions[function], {"Records": records})
        return [bodies[int(failure["itemIdentifier"])] for failure in answer["batchItemFailures"]]

    def wake_hidden(self, queue: str) -> None:
        """Ends every visibility timeout in a queue, as time would."""
        from moto.sqs.models import sqs_backends

        name = self.stack.queues[queue].rpartition("/")[2]
        moto_queue = sqs_backends["123456789012"]["eu-west-1"].queues[name]
        for message in moto_queue._messages:
            message.visible_at = 0
            message.delayed_until = 0


def record(body: str, number: int = 0, receive_count: int = 1) -> dict[str, Any]:
    """An SQS record as Lambda hands it over."""
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


@contextmanager
def crash(moment: str, operation: str, number: int = 1) -> Iterator[None]:
    """Crashes `before` or `after` the `number`th AWS call of this operation, such as "PutItem"."""
    calls = 0
    service = {"PutItem": "dynamodb", "GetItem": "dynamodb", "PublishBatch": "sns"}[operation]
    with environment({}):
        client: Any = getattr(aws, service)()
    name = f"{'before' if moment == 'before' else 'after'}-call.{service}.{operation}"

    def hook(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            raise Crash(f"{moment} {operation} {number}")

    client.meta.events.register_first(name, hook)
    try:
        yield
    finally:
        client.meta.events.unregister(name, hook)
