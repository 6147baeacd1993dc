"""A service in a second terminal: orders charged a second by two environments of Payment, and by one."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import boto3

from infra.bench.customers import place
from infra.bench.local_run import local_run
from infra.bench.pairs import ratio
from infra.local.in_process import ROOT, STACK
from infra.local.model.credentials import CREDENTIALS, REGION

QUEUE = f"{STACK}-PaymentQueue"
LOOK_SECONDS = 0.05


def two_to_one(orders: int, times: int) -> float:
    with local_run() as served:
        backend = _Backend(served.url)

        def by_two() -> float:
            with _another_terminal(served.url):
                return orders / backend.charge(orders)

        return ratio(by_two, lambda: orders / backend.charge(orders), times)


class _Backend:
    """A local run in which only Payment's consumer works during the measurement."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._sqs = boto3.client(
            "sqs",
            endpoint_url=url,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        self._queue = self._sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]

    def charge(self, orders: int) -> float:
        """Seconds until this many waiting orders are charged."""
        self._let("payment", run=False)
        self._let("order", run=True)
        place(self._url, orders)
        self._wait_for(orders)
        for other in ("order", "shipping"):
            self._let(other, run=False)
        began = time.perf_counter()
        self._let("payment", run=True)
        self._wait_for(0)
        return time.perf_counter() - began

    def _let(self, service: str, *, run: bool) -> None:
        request = urllib.request.Request(
            f"{self._url}/_choreo/api/services/{service}",
            json.dumps({"running": run}).encode(),
            {"content-type": "application/json"},
            method="PATCH",
        )
        urllib.request.urlopen(request).close()

    def _wait_for(self, messages: int) -> None:
        """Waits until the queue holds this many messages, visible or in flight."""
        while self._messages() != messages:
            time.sleep(LOOK_SECONDS)

    def _messages(self) -> int:
        found = self._sqs.get_queue_attributes(
            QueueUrl=self._queue,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return sum(map(int, found.values()))


@contextmanager
def _another_terminal(url: str) -> Iterator[None]:
    """Starts a second environment of each of Payment's functions, and waits for it."""
    command = [sys.executable, "-m", "infra.local", "run", "payment", "--port", url.rpartition(":")[2]]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.terminate()
            process.communicate()
