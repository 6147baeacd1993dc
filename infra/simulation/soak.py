"""`make soak`: real processes of each consumer on one backend, which the test kills at random.

The simulation has one thread and virtual time, so it cannot show how real processes interleave. Here the
backend is that of the local run, with the HTTP API. The consumers poll their queues at the same time, as
event source mappings do, and run the deployed handlers. A soak test is not deterministic. Its final checks
are those of the simulation.
"""

import argparse
import json
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3

from infra.local.control.wire import functions_from_json
from infra.local.in_process import ROOT, environment
from infra.local.model.stack import Function
from infra.local.shell import remove_aws_settings
from infra.local.terminals.attach import call_backend
from infra.simulation.customers import planned_order
from infra.simulation.final_checks import final_violations
from infra.simulation.invariants import ledger_violation
from infra.simulation.journal import Journal
from infra.simulation.services import SERVICES
from infra.simulation.soak_processes import ConsumerProcesses
from infra.simulation.tables import journal_of
from order.expiry import LONGEST_DELAY_SECONDS

CUSTOMERS = 2
VISIBILITY_SECONDS = 2
"""Short, so that SQS soon delivers the messages of a killed process again, and slow messages twice."""
KILL_EVERY_SECONDS = 0.5
START_SECONDS = 120
DRAIN_SECONDS = LONGEST_DELAY_SECONDS + 120
"""A reminder waits this long if it finds its order undecided; see order/expiry.py."""


@dataclass
class Report:
    """The result of a soak test. `wrong` lists the violations."""

    wrong: list[str]
    orders: Mapping[str, int] = field(default_factory=dict)
    kills: int = 0


def soak(seconds: float, port: int) -> Report:
    """Places orders while it kills processes, waits until all queues are empty, and checks the invariants."""
    with _backend(port), environment({"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}):
        functions = [
            f
            for service in SERVICES
            for f in functions_from_json(call_backend(port, "GET", f"services/{service.name}"))
        ]
        _shorten_visibility(functions)
        processes = ConsumerProcesses(functions, port)
        placed = _place_and_kill(processes, port, time.monotonic() + seconds)
        wrong = _drain(functions, placed)
        processes.end()
        journal = journal_of(functions, boto3.client("dynamodb"))
    outcomes = [journal.status("order", order_id) for order_id in journal.order_ids()]
    return Report(
        wrong, {status: outcomes.count(status) for status in sorted(set(outcomes))}, processes.kills
    )


@contextmanager
def _backend(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "infra.run", "run", "backend", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + START_SECONDS
            while not _answers(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the backend does not answer on port {port}")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        call_backend(port, "GET", "services/order")
    except OSError:
        return False
    return True


def _shorten_visibility(functions: list[Function]) -> None:
    sqs: Any = boto3.client("sqs")
    for function in functions:
        if "QUEUE_URL" in function.environment:
            attributes = {"VisibilityTimeout": str(VISIBILITY_SECONDS)}
            sqs.set_queue_attributes(QueueUrl=function.environment["QUEUE_URL"], Attributes=attributes)


def _place_and_kill(processes: ConsumerProcesses, port: int, until: float) -> list[str]:
    """Lets customers place orders while it kills processes. Returns the ids of the accepted orders."""
    with ThreadPoolExecutor(CUSTOMERS) as customers:
        accepted = [customers.submit(_shop, port, until) for _ in range(CUSTOMERS)]
        while time.monotonic() < until:
            time.sleep(KILL_EVERY_SECONDS)
            processes.kill_one()
        return [order_id for each in accepted for order_id in each.result()]


def _shop(port: int, until: float) -> list[str]:
    """Places orders as a customer, and cancels some. Returns the ids of the accepted orders."""
    accepted: list[str] = []
    while time.monotonic() < until:
        order = _request(port, "/orders", planned_order(random.randrange(10**6), len(accepted)).body)
        if order is not None:
            accepted.append(order["order_id"])
        if accepted and random.random() < 0.2:
            _request(port, f"/orders/{random.choice(accepted)}/cancellation", None)
    return accepted


def _request(port: int, path: str, body: Any) -> Any:
    """The answer's JSON; None for an error or no answer."""
    data = b"" if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data, {"content-type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return json.load(answer)
    except OSError:
        return None


def _drain(functions: list[Function], placed: list[str]) -> list[str]:
    """Waits up to DRAIN_SECONDS until no message waits and no violation is left.

    Returns the remaining violations.
    """
    deadline = time.monotonic() + DRAIN_SECONDS
    while True:
        late = time.monotonic() > deadline
        wrong = _waiting(functions)
        if late or not wrong:  # reading every table takes long, so messages are counted first
            wrong += _violations(journal_of(functions, boto3.client("dynamodb")), placed)
        if late or not wrong:
            return wrong
        time.sleep(1)


def _violations(journal: Journal, placed: list[str]) -> list[str]:
    known = journal.order_ids()
    lost = [f"no table has the accepted order {order_id}" for order_id in set(placed) - set(known)]
    ledgers = [w for order_id in known if (w := ledger_violation(journal.entries(order_id)))]
    return [*final_violations(journal), *lost, *ledgers]


def _waiting(functions: list[Function]) -> list[str]:
    """A violation for each queue and dead-letter queue that is not empty."""
    sqs, left = boto3.client("sqs"), []
    for function in functions:
        for variable in ("QUEUE_URL", "DEAD_LETTER_QUEUE_URL"):
            if url := function.environment.get(variable):
                counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
                if sum(int(count) for name, count in counts.items() if name.startswith("ApproximateNumber")):
                    left.append(f"{url.rpartition('/')[2]} is not empty")
    return left


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 no violation, 1 a violation."""
    parser = argparse.ArgumentParser(prog="python -m infra.simulation.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long orders are placed (default 10)")
    parser.add_argument("--port", type=int, default=3999)
    arguments = parser.parse_args(argv)
    remove_aws_settings()
    report = soak(arguments.seconds, arguments.port)
    outcomes = ", ".join(f"{count} {status}" for status, count in report.orders.items())
    print(f"{sum(report.orders.values())} orders ({outcomes}), {report.kills} processes killed")
    print("\n".join(report.wrong) or "every invariant holds")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
