"""Runs orders of each outcome to their end in this process, and counts their work."""

import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from choreography import secrets
from infra.cost.work import Work, counted
from infra.local.aws import queues
from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.event_sources import mappings
from infra.local.in_process import InProcess, environment
from infra.shared import carrier_messages
from infra.shared.arns import queue_name
from infra.shared.order_kinds import request
from infra.shared.root import ROOT

OUTCOMES: dict[str, str] = {
    "shipped": "shipped",
    "shipped and delivered": "shipped",
    "rejected": "declined",
    "cancelled, refunded": "unserviceable",
    "cancelled, never charged": "cancelled",
}
"""The kind of order for each outcome."""


@cache
def work_of(outcome: str, batch: int, *, keyed: bool = True) -> Work:
    """The work of a full batch of orders at once; each has an Idempotency-Key if `keyed`.

    The result is always the same, so it is cached for the process.
    """
    with patched_moto(), patch.dict(os.environ):
        os.environ.pop("AWS_ENDPOINT_URL", None)  # count this process, and not a running backend
        run = run_with_batch_size(batch)
        secrets.provider.cache_clear()
        with counted() as work:
            placed = [place(run, outcome, f"key-{number}" if keyed else None) for number in range(batch)]
            if outcome == "cancelled, never charged":
                for order_id in placed:
                    run.request("POST", f"/orders/{order_id}/cancellation")
                run.drain("payment")
                _move_to_front(run, "shipment.cancelled")
            run.drain()
            if outcome == "shipped and delivered":
                for order_id in placed:
                    _report_delivery(run, order_id, work)
                run.drain()
            make_messages_due(run)
            run.drain()
    return work


def run_with_batch_size(batch: int, template: Path = ROOT / "template.yaml") -> InProcess:
    """A template on a new moto, with batches of this size. The caller activates moto."""
    run = InProcess(template)
    for name, source in run.stack.sources.items():
        properties = {**source.properties, "BatchSize": batch}
        run.stack.sources[name] = replace(source, properties=properties)
    with environment({}):
        run.mappings = mappings(run.stack, _Counted)
    return run


class _Counted(queues.ClientQueue):
    """Polls only while messages wait, so empty polls are not counted."""

    def __init__(self, name: str) -> None:
        super().__init__(name, client("sqs"))

    def receive(self, most: int) -> list[dict[str, Any]]:
        return super().receive(most) if queues.waiting(self.name) else []


def place(run: InProcess, outcome: str, key: str | None) -> str:
    """Places an order that will have this outcome. Returns its id."""
    body = json.dumps(request(OUTCOMES[outcome], "ada")).encode()
    headers = {} if key is None else {"idempotency_key": key}
    answer = run.request("POST", "/orders", body, **headers)
    order_id: str = json.loads(answer.body)["order_id"]
    return order_id


def _report_delivery(run: InProcess, order_id: str, work: Work) -> None:
    arn, so_far = run.stack.secrets["CarrierSecret"], len(work.calls)
    secret = client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    del work.calls[so_far:]  # this call is the carrier's, so it does not count
    body = carrier_messages.message(order_id, "SBX1", datetime.now(UTC))
    headers = carrier_messages.signed(secret, order_id, body, int(time.time()))
    run.request("POST", "/carrier/webhooks", body, **{n.replace("-", "_"): v for n, v in headers.items()})


def make_messages_due(run: InProcess) -> None:
    """Makes all delayed messages visible now, such as an order's first check after a minute."""
    queues.make_visible()


def _move_to_front(run: InProcess, kind: str) -> None:
    """Moves the events of this type to the front of Payment's queue."""
    name = queue_name(run.stack.queues["PaymentQueue"])
    queues.stored(name).sort(key=lambda message: kind not in message.body)
