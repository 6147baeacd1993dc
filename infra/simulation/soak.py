"""Real concurrency beside the simulation: processes of each consumer on one backend, killed at random.

Virtual time and one thread cannot show how real processes interleave. The backend is that of the local run,
with the HTTP API. The consumers poll their queues as event source mappings do, all at the same time, and run
the deployed handlers. A soak is not deterministic; its invariants at rest are those of the simulation.
"""

import argparse
import importlib
import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import uuid4

import boto3

from choreography.table import from_attributes
from infra.local.aws.queues import ClientQueue
from infra.local.control.runtime_api import read
from infra.local.event_sources.of_queue import QueueMapping
from infra.local.in_process import ROOT, environment
from infra.local.model.credentials import CREDENTIALS
from infra.local.model.stack import EventSource, Function
from infra.local.runtime.context import Context
from infra.local.runtime.process_pool import context
from infra.local.runtime.worker import work
from infra.local.shell import forget_settings
from infra.local.terminals.attach import ask
from infra.simulation.customers import wish
from infra.simulation.journal import Journal, Write
from infra.simulation.judgement import judgement
from infra.simulation.story import SERVICES, wrong_ledger

CUSTOMERS = 2
PROCESSES = 3
"""Processes of each consumer."""
VISIBILITY_SECONDS = 2
"""Short, so that a killed process's messages are delivered again soon, and slow ones twice."""
KILL_EVERY_SECONDS = 0.5
DRAIN_SECONDS = 120


@dataclass
class Report:
    """The result of a soak."""

    wrong: list[str]
    orders: Mapping[str, int] = field(default_factory=dict)
    kills: int = 0


def soak(seconds: float, port: int) -> Report:
    """Places orders while processes are killed, lets all queues drain, and checks the invariants."""
    with _backend(port), environment({"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}):
        functions = [f for service in SERVICES for f in read(ask(port, "GET", f"services/{service.name}"))]
        _shorten_visibility(functions)
        pool = ProcessPool(functions, port)
        placed = _place_and_kill(pool, port, time.monotonic() + seconds)
        wrong = _drain(functions, placed)
        pool.end()
        journal = _journal(functions)
    outcomes = [journal.status("order", order_id) for order_id in journal.order_ids()]
    return Report(wrong, {status: outcomes.count(status) for status in sorted(set(outcomes))}, pool.kills)


class ProcessPool:
    """The processes: PROCESSES of each consumer, one of each relay, which the backend invokes."""

    def __init__(self, functions: list[Function], port: int) -> None:
        self._fork, self._port, self.kills = context(), port, 0
        consumers = [function for function in functions if "QUEUE_URL" in function.environment]
        relays = [function for function in functions if "TOPIC_ARN" in function.environment]
        self._processes: list[tuple[Function, BaseProcess]] = [
            (function, self._start(function)) for function in [*consumers * PROCESSES, *relays]
        ]

    def kill_one(self) -> None:
        """Kills a process (SIGKILL) and starts another one."""
        number = random.randrange(len(self._processes))
        function, process = self._processes[number]
        process.kill()
        process.join()
        self.kills += 1
        self._processes[number] = (function, self._start(function))

    def end(self) -> None:
        for _, process in self._processes:
            process.kill()
            process.join()

    def _start(self, function: Function) -> BaseProcess:
        relay = "TOPIC_ARN" in function.environment
        process = self._fork.Process(
            target=_relay if relay else _consume, args=(function, self._port), daemon=True
        )
        process.start()
        return process


def _relay(function: Function, port: int) -> None:
    _quiet()
    work(function, "127.0.0.1", port, str(uuid4()), None)


def _consume(function: Function, port: int) -> None:
    """Polls the function's queue and runs its handler, as a mapping does, until it is killed."""
    _quiet()
    os.environ.update(
        CREDENTIALS | dict(function.environment) | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    )
    sys.path.insert(0, str(function.code))
    module, _, name = function.handler.rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    source = _source(function)
    mapping = QueueMapping(
        source, ClientQueue(source.logical_id, boto3.client("sqs"))
    )  # the backend has moto
    while True:
        batch = mapping.poll()
        if batch is None:
            time.sleep(0.05)
            continue
        context = Context(function, str(uuid4()), time.time() + function.timeout_seconds)
        try:
            answer = handler(batch.event, context)
        except Exception as error:
            mapping.fail(batch, repr(error))
        else:
            mapping.complete(batch, answer)


def _quiet() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _source(function: Function) -> EventSource:
    queue = function.environment["QUEUE_URL"].rpartition("/")[2]
    region, account = CREDENTIALS["AWS_DEFAULT_REGION"], function.arn.split(":")[4]
    reports = {"BatchSize": 4, "FunctionResponseTypes": ["ReportBatchItemFailures"]}
    return EventSource(queue, function.logical_id, f"arn:aws:sqs:{region}:{account}:{queue}", reports)


@contextmanager
def _backend(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "infra.local", "run", "backend", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + DRAIN_SECONDS
            while not _there(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the backend does not start")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()


def _there(port: int) -> bool:
    try:
        ask(port, "GET", "services/order")
    except OSError:
        return False
    return True


def _shorten_visibility(functions: list[Function]) -> None:
    sqs: Any = boto3.client("sqs")
    for function in functions:
        if "QUEUE_URL" in function.environment:
            attributes = {"VisibilityTimeout": str(VISIBILITY_SECONDS)}
            sqs.set_queue_attributes(QueueUrl=function.environment["QUEUE_URL"], Attributes=attributes)


def _place_and_kill(pool: ProcessPool, port: int, until: float) -> list[str]:
    """Ids of the orders that the API accepted."""
    with ThreadPoolExecutor(CUSTOMERS) as customers:
        accepted = [customers.submit(_shop, port, until) for _ in range(CUSTOMERS)]
        while time.monotonic() < until:
            time.sleep(KILL_EVERY_SECONDS)
            pool.kill_one()
        return [order_id for each in accepted for order_id in each.result()]


def _shop(port: int, until: float) -> list[str]:
    """Plays a customer, who places orders and cancels some of them."""
    accepted: list[str] = []
    while time.monotonic() < until:
        order = _request(port, "/orders", wish(random.randrange(10**6), len(accepted)).body)
        if order is not None:
            accepted.append(order["order_id"])
        if accepted and random.random() < 0.2:
            _request(port, f"/orders/{random.choice(accepted)}/cancellation", None)
    return accepted


def _request(port: int, path: str, body: Any) -> Any:
    """The answer, or None if the request is refused or not answered."""
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
    """Waits until no violation is left, or the time is up. Returns the remaining violations."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while True:
        journal = _journal(functions)
        wrong = judgement(journal)
        wrong += [f"order {order_id} is lost" for order_id in set(placed) - set(journal.order_ids())]
        wrong += [w for order_id in journal.order_ids() if (w := wrong_ledger(journal.entries(order_id)))]
        wrong += _waiting(functions)
        if not wrong or time.monotonic() > deadline:
            return wrong
        time.sleep(1)


def _waiting(functions: list[Function]) -> list[str]:
    """Queues and dead-letter queues that are not empty."""
    sqs, left = boto3.client("sqs"), []
    for function in functions:
        for variable in ("QUEUE_URL", "DEAD_LETTER_QUEUE_URL"):
            if url := function.environment.get(variable):
                counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
                if sum(int(count) for name, count in counts.items() if name.startswith("ApproximateNumber")):
                    left.append(f"{url.rpartition('/')[2]} is not empty")
    return left


def _journal(functions: list[Function]) -> Journal:
    """The event log and the ledgers, read from the tables."""
    journal = Journal()
    dynamodb = boto3.client("dynamodb")
    services = {service.name: service for service in SERVICES}
    for function in functions:
        if "QUEUE_URL" not in function.environment:
            continue
        for item in _items(dynamodb, function.environment["TABLE_NAME"]):
            write = Write(services[function.service], item["order_id"], item)
            journal.items[function.service, write.order_id] = write
            for text in write.outbox:
                journal.emit(text)
        if ledger := function.environment.get("LEDGER_TABLE_NAME"):
            for entry in _items(dynamodb, ledger):
                journal.ledgers[entry["order_id"]].append(entry)
    return journal


def _items(dynamodb: Any, table: str) -> Iterator[dict[str, Any]]:
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from map(from_attributes, page["Items"])


def main(argv: list[str] | None = None) -> int:
    """`make soak`. Exit codes: 0 all promises held, 1 not."""
    parser = argparse.ArgumentParser(prog="python -m infra.simulation.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long orders are placed (default 10)")
    parser.add_argument("--port", type=int, default=3999)
    arguments = parser.parse_args(argv)
    forget_settings()
    report = soak(arguments.seconds, arguments.port)
    outcomes = ", ".join(f"{count} {status}" for status, count in report.orders.items())
    print(f"{sum(report.orders.values())} orders ({outcomes}), {report.kills} processes killed")
    print("\n".join(report.wrong) or "every promise held")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
