"""The lessons that need one process only, with the same fault in each version."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from unittest.mock import patch

from choreography import secrets
from infra.alternatives.book import Ended, ended
from infra.alternatives.faults import Faults, crash, lose_answer
from infra.alternatives.versions import Version
from infra.alternatives.work import ORDERS, Effort, effort_of
from infra.cost.outcomes import make_messages_due, run_with_batch_size
from infra.cost.prices import Prices
from infra.cost.work import counted
from infra.local.aws import queues
from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.shared.arns import queue_name
from infra.shared.order_kinds import request

ROUNDS = 4
"""Visibility timeouts that pass before a run counts as ended: more than any fault here needs."""


@dataclass
class Scene:
    """A version in one process, one order, and its faults."""

    version: Version
    run: InProcess
    faults: Faults = field(default_factory=Faults)
    accepted: list[str] = field(default_factory=list)
    """The ids of the orders that the API answered."""
    meanwhile: str = ""
    """The order's status during the fault."""
    violations: list[str] = field(default_factory=list)
    """What a lesson itself finds wrong."""

    @property
    def order_id(self) -> str:
        return self.accepted[-1]

    def place(self, key: str | None = None) -> None:
        headers = {"idempotency_key": key} if key and self.version.takes_keys else {}
        answer = self.run.request(
            "POST", "/orders", json.dumps(request("shipped", "ada")).encode(), **headers
        )
        order_id = json.loads(answer.body)["order_id"]
        if order_id not in self.accepted:
            self.accepted.append(order_id)

    def cancel(self) -> None:
        self.run.request("POST", f"/orders/{self.order_id}/cancellation")

    def status(self) -> str:
        status: str = json.loads(self.run.request("GET", f"/orders/{self.order_id}").body)["status"]
        return status

    def settle(self) -> None:
        """Delivers all messages, also those whose visibility timeout or delay must pass first."""
        for _ in range(ROUNDS):
            self.run.drain()
            make_messages_due(self.run)
        self.run.drain()

    def deliver_again(self) -> None:
        """Delivers all messages, also those that a function is handling."""
        make_messages_due(self.run)
        self.run.drain()

    def consumer_queues(self) -> list[tuple[str, str]]:
        """The URLs of each consumer's queue and of its dead-letter queue."""
        variables = [function.environment for function in self.run.stack.functions.values()]
        return [
            (v["QUEUE_URL"], v["DEAD_LETTER_QUEUE_URL"])
            for v in variables
            if {"QUEUE_URL", "DEAD_LETTER_QUEUE_URL"} <= v.keys()
        ]


def _service_down(scene: Scene) -> None:
    """A bad deployment of Shipping's code fails at every invocation, until it is rolled back."""
    scene.faults.broken = scene.version.ships
    scene.place()
    scene.run.drain()
    scene.meanwhile = scene.status()
    scene.faults.broken = ""


def _duplicate(scene: Scene) -> None:
    """While the card is charged, SQS delivers the same message to a second worker."""
    scene.faults.before_effect["charge"] = scene.deliver_again
    scene.place()


def _out_of_order(scene: Scene) -> None:
    """Shipping gets its messages in the reverse order."""
    scene.place()
    scene.run.drain("shipping")
    for queue, _ in scene.consumer_queues():
        queues.stored(queue_name(queue)).reverse()


def _lost_answer(scene: Scene) -> None:
    """The gateway charges the card, but its answer is lost."""
    scene.faults.after_effect["charge"] = lose_answer
    scene.place()


def _crash_between_steps(scene: Scene) -> None:
    """The function crashes after the charge, and the customer cancels meanwhile."""
    scene.faults.after_effect["charge"] = crash
    scene.place()
    scene.run.drain()
    scene.cancel()
    scene.run.drain()


def _cancellation_race(scene: Scene) -> None:
    """The customer cancels while the parcel is handed to the carrier."""

    def cancel() -> None:
        scene.cancel()
        scene.run.drain()

    scene.faults.before_effect["dispatch"] = cancel
    scene.place()


def _scaling_out(scene: Scene) -> None:
    """Before one process writes that the order is paid, a second process handles all messages."""
    scene.faults.before_payment_noted = scene.deliver_again
    scene.place()
    scene.run.drain("shipping")  # so that no later message corrects the order


def _poison(scene: Scene) -> None:
    """A message that breaks the contract is in each queue."""
    for queue, _ in scene.consumer_queues():
        client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    scene.place()
    scene.settle()
    kept = [bool(queues.messages(queue_name(letters))) for _, letters in scene.consumer_queues()]
    if not all(kept):
        scene.violations.append("a message is lost")


def _stuck_order(scene: Scene) -> None:
    """The order's deadline passes before the charge begins."""
    api = scene.run.stack.functions["OrderApi"]
    expired = {**api.environment, "TIME_LIMIT_SECONDS": "0"}
    scene.run.stack.functions["OrderApi"] = replace(api, environment=expired)
    scene.place()


def _dual_write(scene: Scene) -> None:
    """The function crashes right after the write that records the charge."""

    def arm() -> None:
        scene.faults.after_next_write = crash

    scene.faults.after_effect["charge"] = arm
    scene.place()


def _http_idempotency(scene: Scene) -> None:
    """The answer to the request is lost, and the client repeats the request with the same key."""
    scene.place("key-1")
    scene.place("key-1")
    if len(scene.accepted) > 1:
        scene.violations.append("a second order")


LESSONS: dict[str, Callable[[Scene], None]] = {
    "service-down": _service_down,
    "scaling-out": _scaling_out,
    "duplicate": _duplicate,
    "out-of-order": _out_of_order,
    "lost-answer": _lost_answer,
    "crash-between-steps": _crash_between_steps,
    "cancellation-race": _cancellation_race,
    "poison": _poison,
    "stuck-order": _stuck_order,
    "dual-write": _dual_write,
    "http-idempotency": _http_idempotency,
}
"""By the name of the lesson in `choreo lesson`. The docstring says what happens."""


@dataclass(frozen=True)
class Played:
    """The result of a lesson in one version."""

    lesson: str
    version: str
    meanwhile: str
    """The order's status during the fault, where the lesson looks at it."""
    order: Ended
    violations: tuple[str, ...]
    effort: Effort
    """What this one order needs, with its fault."""

    @property
    def right(self) -> bool:
        return not self.violations


def play(lesson: str, version: Version, prices: Prices) -> Played:
    """Plays a lesson in this process, on an empty moto."""
    with patched_moto(), patch.dict(os.environ):
        os.environ.pop("AWS_ENDPOINT_URL", None)
        scene = Scene(version, run_with_batch_size(ORDERS, version.template))
        secrets.provider.cache_clear()
        with counted() as work, scene.faults.installed(), version.prepared(scene.run):
            LESSONS[lesson](scene)
            scene.settle()
            assert not scene.faults.pending, f"{lesson} in {version.name} had no fault"
            effort = effort_of(work, 1, prices)  # without the requests that check the result
            order = ended(scene.run, scene.order_id)
    violations = (*scene.violations, *order.violations)
    return Played(lesson, version.name, scene.meanwhile, order, violations, effort)
