"""The files of events/."""

import io
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from typing import Any

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess, invoke
from infra.samples.batches import batches, queue_batch, stream_batch
from infra.samples.effects import Effect, added, contents
from infra.samples.http_requests import requests, webhooks
from infra.samples.sample_order import EMITTED, OTHER_ID, PAYLOADS, PRODUCERS, SECOND_QUEUES, event

ENDPOINT = "http://host.docker.internal:3000"
"""The local backend, as a container on this machine reaches it."""


def environments() -> dict[str, dict[str, str]]:
    """Each function's variables for `sam local invoke --env-vars`, for the local run's resources."""
    with patched_moto():
        functions = InProcess().stack.functions
    endpoint = {"AWS_ENDPOINT_URL": ENDPOINT}
    return {name: dict(function.environment) | endpoint for name, function in functions.items()}


def samples() -> dict[str, Any]:
    """The content of every file in events/, by path."""
    files: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    for path, payload, answer in payloads():
        files[path], answers[path] = payload, answer
    effects = play(files)
    expected = {path: {"answer": answers[path], "effect": effects[path]} for path in files}
    return files | {"answers.json": expected, "env.json": environments()}


def payloads() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Each sample in the order to send them: path, payload, and the part of the answer that never changes."""
    for name, payload, answer in requests():
        yield f"order/api/{name}.json", payload, answer
    for name, payload, answer in webhooks():
        yield f"shipping/webhook/{name}.json", payload, answer
    for service in EMITTED:
        for part, batch in _batches(service):
            yield f"{service}/{part}.json", batch, {"batchItemFailures": []}


def _batches(service: str) -> Iterator[tuple[str, Any]]:
    for part, kind in SECOND_QUEUES.get(service, {}).items():
        queue = f"{service.capitalize()}{part.capitalize()}Queue"
        yield f"{part}/one", queue_batch(queue, [event(PRODUCERS[kind], PAYLOADS[kind], OTHER_ID).to_json()])
    for name, batch in batches(service):
        yield f"consumer/{name}", batch
    yield "relay/one", stream_batch(service, 1)
    yield "relay/ten", stream_batch(service, 10)


def play(files: Mapping[str, Any]) -> dict[str, Effect]:
    """Invokes each sample's function in turn, in this process. Returns what each of them added."""
    effects: dict[str, Effect] = {}
    with patched_moto(), _quietly():
        stack = InProcess().stack
        where = client("dynamodb"), client("sqs"), stack.tables, stack.queues
        before = contents(*where)
        for path, payload in files.items():
            invoke(stack.functions[function_of(path)], payload)
            after = contents(*where)
            effects[path], before = added(before, after), after
    return effects


@contextmanager
def _quietly() -> Iterator[None]:
    """Suppresses log lines and metrics of the functions in the block."""
    logging.disable()
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)


def function_of(path: str) -> str:
    """The logical id of the function for a sample: OrderApi for order/api/place.json."""
    service, part, _ = path.split("/")
    return service.capitalize() + part.capitalize()


def text(payload: Any) -> str:
    """The text of a file with this content."""
    return json.dumps(payload, indent=2) + "\n"
