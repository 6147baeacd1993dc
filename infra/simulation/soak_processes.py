"""The processes of a soak test: they run the deployed handlers, and the test kills them at random."""

import os
import random
import sys
import time
from multiprocessing.process import BaseProcess
from uuid import uuid4

import boto3

from infra.local.aws.queues import ClientQueue
from infra.local.event_sources.queue_mapping import QueueMapping
from infra.local.model.credentials import CREDENTIALS
from infra.local.model.stack import EventSource, Function
from infra.local.runtime.code import load_handler
from infra.local.runtime.context import Context
from infra.local.runtime.process_pool import fork_context
from infra.local.runtime.worker import work
from infra.shared.arns import account_of, queue_name

PROCESSES = 3
"""Processes of each consumer."""


class ConsumerProcesses:
    """PROCESSES processes of each consumer, and one of each relay, which the backend invokes."""

    def __init__(self, functions: list[Function], port: int) -> None:
        self._fork, self._port, self.kills = fork_context(), port, 0
        consumers = [function for function in functions if "QUEUE_URL" in function.environment]
        relays = [function for function in functions if "TOPIC_ARN" in function.environment]
        self._processes: list[tuple[Function, BaseProcess]] = [
            (function, self._start(function)) for function in [*consumers * PROCESSES, *relays]
        ]

    def kill_one(self) -> None:
        """Kills a random process with SIGKILL and starts another one in its place."""
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
    _discard_output()
    work(function, "127.0.0.1", port, str(uuid4()), None)


def _consume(function: Function, port: int) -> None:
    """Polls the function's queue and runs its handler, as an event source mapping does, until a kill."""
    _discard_output()
    os.environ.update(
        CREDENTIALS | dict(function.environment) | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    )
    sys.path.insert(0, str(function.code))
    handler, source = load_handler(function.handler), _source(function)
    # A client's queue: moto runs in the backend.
    mapping = QueueMapping(source, ClientQueue(source.logical_id, boto3.client("sqs")))
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


def _discard_output() -> None:
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    os.dup2(devnull, 2)


def _source(function: Function) -> EventSource:
    queue = queue_name(function.environment["QUEUE_URL"])
    region, account = CREDENTIALS["AWS_DEFAULT_REGION"], account_of(function.arn)
    reports = {"BatchSize": 4, "FunctionResponseTypes": ["ReportBatchItemFailures"]}
    return EventSource(queue, function.logical_id, f"arn:aws:sqs:{region}:{account}:{queue}", reports)
