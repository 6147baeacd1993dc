"""A deployed choreography, wherever it runs, as its customers and its operator reach it: over HTTP."""

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
from infra.local.model.messages import Answer
from infra.shared import carrier_messages
from tests.local.conftest import eventually
from tests.world import an_order

ENDED = frozenset({"shipped", "completed", "rejected", "cancelled"})
CHARGED, REFUNDED, DISPATCHED = "charge captured", "refund refunded", "dispatch dispatched"


class Shop:
    """Has the names of tests.world.World, so that tests of that run here as well."""

    def __init__(self, url: str, deployed: Deployed) -> None:
        self.url, self.deployed = url, deployed
        self._awaited: dict[str, frozenset[str]] = {}

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Sends an HTTP request; header names with `_` for `-`."""
        given = {"content-type": "application/json"} | {n.replace("_", "-"): v for n, v in headers.items()}
        asked = urllib.request.Request(self.url + path, body, given, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return Answer(answer.status, _lower(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _lower(error.headers), error.read())

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.request("POST", path, json.dumps(body).encode(), **headers)

    def get(self, path: str) -> Any:
        return json.loads(self.request("GET", path).body)

    def place(self, country: str = "GB", **changes: Any) -> str:
        """Places an order; its id."""
        answer = self.post("/orders", an_order(country, **changes))
        assert answer.status == 202, answer
        order_id: str = json.loads(answer.body)["order_id"]
        self._awaited[order_id] = ENDED
        return order_id

    def cancel(self, order_id: str) -> int:
        """Asks for cancellation; the HTTP status."""
        return self.post(f"/orders/{order_id}/cancellation").status

    def parcel_delivered(self, order_id: str) -> Answer:
        """Lets the carrier tell that it delivered the order's parcel."""
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
        """What the gateway's or carrier's own book says of an order."""
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
        """Returns once an order has one of these statuses."""
        eventually(lambda: self.status(order_id), statuses.__contains__)

    @contextmanager
    def without(self, function: str) -> Iterator[None]:
        """Within it, the event source mappings of a function are disabled, by Lambda's own API."""
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
        """Returns once all orders have ended, and no message of the services waits or is being handled."""
        for order_id, ends in self._awaited.items():
            self.until(order_id, *ends)
        self._awaited.clear()
        for service in self.deployed.services:
            eventually(partial(self.messages, service.queue), (0).__eq__)

    def messages(self, queue_url: str) -> int:
        """How many messages of a queue wait or are being handled."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        asked = {"QueueUrl": queue_url, "AttributeNames": names}
        found = self.deployed.client("sqs").get_queue_attributes(**asked)["Attributes"]
        return sum(map(int, found.values()))

    def dead_letters(self) -> dict[str, int]:
        """How many messages each dead-letter queue has, where there are any."""
        counts = {n: self.messages(url) for n, url in self.deployed.queues.items() if "DeadLetters" in n}
        return {name: count for name, count in counts.items() if count}


def _lower(headers: Message) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers.items()]


def shop(api_url: str) -> Shop:
    """The choreography whose HTTP API has this address; its host answers AWS clients as well."""
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
