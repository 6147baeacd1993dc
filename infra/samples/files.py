"""The files of events/."""

import json
from typing import Any

from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.samples.batches import batches, queue_batch, stream_batch
from infra.samples.http_requests import requests, webhooks
from infra.samples.sample_order import EMITTED, PLACED, event

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
    for name, payload, answer in requests():
        files[f"order/api/{name}.json"] = payload
        answers[f"order/api/{name}.json"] = answer
    for name, payload, answer in webhooks():
        files[f"shipping/webhook/{name}.json"] = payload
        answers[f"shipping/webhook/{name}.json"] = answer
    files["order/expiry/one.json"] = queue_batch("order", [event("order", PLACED).to_json()])
    answers["order/expiry/one.json"] = {"batchItemFailures": []}
    for service in EMITTED:
        relays = [("one", stream_batch(service, 1)), ("ten", stream_batch(service, 10))]
        for part, payloads in (("consumer", batches(service)), ("relay", iter(relays))):
            for name, payload in payloads:
                files[f"{service}/{part}/{name}.json"] = payload
                answers[f"{service}/{part}/{name}.json"] = {"batchItemFailures": []}
    return files | {"answers.json": answers, "env.json": environments()}


def function_of(path: str) -> str:
    """The logical id of the function for a sample: OrderApi for order/api/place.json."""
    service, part, _ = path.split("/")
    return service.capitalize() + part.capitalize()


def text(payload: Any) -> str:
    """The text of a file with this content."""
    return json.dumps(payload, indent=2) + "\n"
