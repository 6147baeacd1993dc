"""The throughput of a service in two terminals: orders that two environments of Payment charge, and one."""

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
from infra.local.in_process import STACK
from infra.local.model.credentials import CREDENTIALS, REGION
from infra.shared.root import ROOT

QUEUE = f"{STACK}-PaymentQueue"
POLL_SECONDS = 0.05


def throughput_of_two_environments_to_one(orders: int, times: int) -> float:
    """Charged orders a second by two environments of Payment, to charged orders a second by one."""
    with local_run() as served:
        backend = _Backend(served.url)

        def by_two() -> float:
            with _another_terminal(served.url):
                return orders / backend.charge(orders)

        return ratio(by_two, lambda: orders / backend.charge(orders), times)


class _Backend:
    """A local run in which only Payment runs during the measurement."""

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
        """Places orders while Payment is stopped.

        Returns the seconds that Payment then needs to charge them.
        """
        self._set_running("payment", run=False)
        self._set_running("order", run=True)
        place(self._url, orders)
        self._wait_for(orders)
        for other in ("order", "shipping"):
            self._set_running(other, run=False)
        began = time.perf_counter()
        self._set_running("payment", run=True)
        self._wait_for(0)
        return time.perf_counter() - began

    def _set_running(self, service: str, *, run: bool) -> None:
        request = urllib.request.Request(
            f"{self._url}/_choreo/api/services/{service}",
            json.dumps({"running": run}).encode(),
            {"content-type": "application/json"},
            method="PATCH",
        )
        urllib.request.urlopen(request).close()

    def _wait_for(self, messages: int) -> None:
        """Waits until Payment's queue has this many messages, visible or in flight."""
        while self._messages() != messages:
            time.sleep(POLL_SECONDS)

    def _messages(self) -> int:
        found = self._sqs.get_queue_attributes(
            QueueUrl=self._queue,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return sum(map(int, found.values()))


@contextmanager
def _another_terminal(url: str) -> Iterator[None]:
    """Starts a second environment of each of Payment's functions, and waits until it is connected."""
    command = [sys.executable, "-m", "infra.run", "run", "payment", "--port", url.rpartition(":")[2]]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.terminate()
            process.communicate()
