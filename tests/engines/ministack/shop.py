"""A deployed choreography on any engine, accessed over HTTP as customers and operators do."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import Message
from functools import partial
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from choreography.table import from_attributes
from infra.cli.deployed import Deployed, find
from infra.local.in_process import STACK
from infra.local.model.credentials import REGION
from infra.local.model.messages import Response
from infra.shared import carrier_messages
from tests.local.conftest import eventually
from tests.world import an_order

ENDED = frozenset({"shipped", "completed", "rejected", "cancelled"})
CHARGED, REFUNDED, DISPATCHED = "charge captured", "refund refunded", "dispatch dispatched"


class Shop:
    """Has the methods of tests.world.World, so that the same tests run here."""

    def __init__(self, url: str, deployed: Deployed) -> None:
        self.url, self.deployed = url, deployed
        self._awaited: dict[str, frozenset[str]] = {}

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Response:
        """Sends an HTTP request. Header names have `_` instead of `-`."""
        given = {"content-type": "application/json"} | {n.replace("_", "-"): v for n, v in headers.items()}
        outgoing = urllib.request.Request(self.url + path, body, given, method=method)
        try:
            with urllib.request.urlopen(outgoing, timeout=60) as answer:
                return Response(answer.status, _lower(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, _lower(error.headers), error.read())

    def post(self, path: str, body: Any = None, **headers: str) -> Response:
        return self.request("POST", path, json.dumps(body).encode(), **headers)

    def get(self, path: str) -> Any:
        return json.loads(self.request("GET", path).body)

    def place(self, country: str = "GB", **changes: Any) -> str:
        """Places an order. Returns its id."""
        answer = self.post("/orders", an_order(country, **changes))
        assert answer.status == 202, answer
        order_id: str = json.loads(answer.body)["order_id"]
        self._awaited[order_id] = ENDED
        return order_id

    def cancel(self, order_id: str) -> int:
        """Requests the cancellation of an order. Returns the HTTP status."""
        return self.post(f"/orders/{order_id}/cancellation").status

    def parcel_delivered(self, order_id: str) -> Response:
        """Sends the carrier's report that it delivered the order's parcel."""
        secret = self.deployed.client("secretsmanager").get_secret_value(
            SecretId=self.deployed.secret("CarrierSecret")
        )["SecretString"]
        body = carrier_messages.message(order_id, "SBX1", datetime(2026, 1, 2, tzinfo=UTC))
        headers = carrier_messages.signed(secret, order_id, body, int(time.time()))
        self._awaited[order_id] = frozenset({"completed"})
        return self.request("POST", "/carrier/webhooks", body, **headers)

    def status(self, order_id: str) -> str:
        status: str = self.get(f"/orders/{order_id}")["status"]
        return status

    def history(self, order_id: str) -> list[str]:
        return [event["type"] for event in self.get(f"/orders/{order_id}/history")["events"]]

    def ledger(self, service: str, order_id: str) -> list[str]:
        """The entries of an order in the gateway's or the carrier's ledger."""
        pages = self.deployed.client("dynamodb").get_paginator("query")
        found = pages.paginate(
            TableName=self.deployed.table(f"{service}Ledger"),
            KeyConditionExpression="order_id = :order_id",
            ExpressionAttributeValues={":order_id": {"S": order_id}},
            ConsistentRead=True,
        )
        entries = [from_attributes(item) for page in found for item in page["Items"]]
        return sorted(f"{entry['kind']} {entry['outcome']}" for entry in entries)

    def until(self, order_id: str, *statuses: str) -> None:
        """Waits until an order has one of these statuses."""
        eventually(lambda: self.status(order_id), statuses.__contains__)

    @contextmanager
    def without(self, function: str) -> Iterator[None]:
        """Disables the event source mappings of a function in the block, with Lambda's API."""
        lambda_ = self.deployed.client("lambda")
        name = self.deployed.resources["AWS::Lambda::Function"][function]
        found = lambda_.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        for mapping in found:
            lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            for mapping in found:
                lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def drain(self) -> None:
        """Waits until all orders have ended, and no queue has a visible or in-flight message."""
        for order_id, ends in self._awaited.items():
            self.until(order_id, *ends)
        self._awaited.clear()
        for service in self.deployed.services:
            eventually(partial(self.messages, service.queue), (0).__eq__)

    def messages(self, queue_url: str) -> int:
        """The number of visible and in-flight messages of a queue."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        parameters = {"QueueUrl": queue_url, "AttributeNames": names}
        found = self.deployed.client("sqs").get_queue_attributes(**parameters)["Attributes"]
        return sum(map(int, found.values()))

    def dead_letters(self) -> dict[str, int]:
        """The number of messages of each dead-letter queue that is not empty."""
        counts = {n: self.messages(url) for n, url in self.deployed.queues.items() if "DeadLetters" in n}
        return {name: count for name, count in counts.items() if count}


def _lower(headers: Message) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers.items()]


def shop(api_url: str) -> Shop:
    """The choreography with this HTTP API. The same host answers AWS clients."""
    place = urlsplit(api_url)
    environment = {
        "AWS_ENDPOINT_URL": f"{place.scheme}://{place.netloc}",
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",  # ministack's default account, as in infra/bench/ministack.py
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    with patch.dict("os.environ", environment):
        deployed = find(STACK)
    return Shop(api_url, deployed)
