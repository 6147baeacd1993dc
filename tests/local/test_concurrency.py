"""Concurrent batches: a queue uses all free environments of a function, a stream uses one."""

import asyncio
from collections.abc import Callable

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.backend import Backend
from infra.local.model.stack import Stack
from infra.shared.root import ROOT
from tests.local.conftest import DEADLINE_SECONDS

SHORTLY_SECONDS = 0.2


def with_two_environments(function: str, fill: Callable[[Stack], None], second_comes: float) -> list[int]:
    """Return the number of records that each of two environments gets while the other one does not answer."""

    async def run() -> list[int]:
        with patched_moto():
            backend = Backend("http://localhost:3000")
            stack = backend.stacks.add("shop", ROOT / "template.yaml")
            turns = [await backend.environments.next(stack.functions[function].name) for _ in range(2)]
            fill(stack)
            backend.deliveries.poll_now()
            await asyncio.wait(turns, timeout=DEADLINE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait(turns, timeout=second_comes)
            backend.stacks.remove("shop")
        return [len(turn.result().event["Records"]) if turn.done() else 0 for turn in turns]

    return asyncio.run(run())


def test_two_environments_share_a_queue() -> None:
    def eleven_messages(stack: Stack) -> None:
        for number in range(11):
            client("sqs").send_message(QueueUrl=stack.queues["PaymentQueue"], MessageBody=str(number))

    assert with_two_environments("PaymentConsumer", eleven_messages, DEADLINE_SECONDS) == [10, 1]


def test_only_one_environment_reads_a_stream() -> None:
    def more_than_a_batch(stack: Stack) -> None:
        for number in range(101):
            item = {"order_id": {"S": str(number)}, "emits": {"N": "1"}}
            client("dynamodb").put_item(TableName=stack.tables["PaymentTable"], Item=item)

    assert with_two_environments("PaymentRelay", more_than_a_batch, SHORTLY_SECONDS) == [100, 0]
