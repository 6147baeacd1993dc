"""An exception does not end the polling of an event source mapping: it is reported, and polling continues."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.backend import Backend
from infra.local.event_sources import deliveries, retention
from infra.local.event_sources.deliveries import Deliveries
from infra.local.event_sources.queue_mapping import QueueMapping
from infra.local.event_sources.stream_mapping import StreamMapping
from infra.local.model.stack import Stack
from infra.local.reporting.journal import Journal
from infra.local.runtime.environments import Environments
from tests.local.conftest import DEADLINE_SECONDS

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      {Handler: app.handler, Runtime: python3.13, CodeUri: ., Events: {Source: {Type: %s, Properties: {%s}}}}
"""
STREAM = TEMPLATE % ("DynamoDB", "Stream: !GetAtt Table.StreamArn, StartingPosition: TRIM_HORIZON")
QUEUE = TEMPLATE % ("SQS", "Queue: !GetAtt Queue.Arn")

Write = Callable[[Stack, str], None]


def put(stack: Stack, value: str) -> None:
    client("dynamodb").put_item(TableName=stack.tables["Table"], Item={"id": {"S": value}})


def send(stack: Stack, value: str) -> None:
    client("sqs").send_message(QueueUrl=stack.queues["Queue"], MessageBody=value)


def read(record: dict[str, Any]) -> str:
    return str(record["body"] if "body" in record else record["dynamodb"]["Keys"]["id"]["S"])


@asynccontextmanager
async def running(template: Path) -> AsyncIterator[tuple[Backend, Stack]]:
    with patched_moto():
        backend = Backend("http://localhost:3000")
        yield backend, backend.stacks.add("shop", template)
        backend.stacks.remove("shop")


async def serve(backend: Backend, stack: Stack, seen: list[str], fails: list[bool]) -> None:
    """Answer the invocations of the function. An invocation fails if the next value of `fails` is True."""
    while True:
        invocation = await (await backend.environments.next(stack.functions["Reader"].name))
        seen += map(read, invocation.event["Records"])
        if fails and fails.pop():
            backend.environments.fail(invocation.id, "crashed")
        else:
            backend.environments.finish(invocation.id, None)


async def until_seen(backend: Backend, seen: list[str], value: str) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while value not in seen:
            backend.deliveries.poll_now()
            await asyncio.sleep(0.01)


async def delivered_after(
    injected: Callable[[], None], template: Path, write: Write, fails: list[bool]
) -> list[str]:
    """The records that the function gets, up to the one after the exception."""
    async with running(template) as (backend, stack):
        injected()
        seen: list[str] = []
        async with asyncio.TaskGroup() as tasks:
            served = tasks.create_task(serve(backend, stack, seen, fails))
            write(stack, "first")
            backend.deliveries.poll_now()
            await asyncio.sleep(0.05)
            write(stack, "second")
            await until_seen(backend, seen, "second")
            served.cancel()
    return seen


def failing_once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> Callable[[], None]:
    """Returns a function that makes the next call of `owner.name` raise an exception."""
    original, calls = getattr(owner, name), iter([True])

    def call(*given: Any, **named: Any) -> Any:
        if next(calls, False):
            raise KeyError("injected")
        return original(*given, **named)

    return lambda: monkeypatch.setattr(owner, name, call)


STEPS: list[tuple[Any, str]] = [
    (Environments, "wait_for_free"),
    (Deliveries, "inject_faults"),
    (Journal, "note_delivery"),
    (Environments, "start"),
    (Environments, "answer"),
    (Journal, "note"),
]
OF_STREAMS: list[tuple[Any, str]] = [
    (StreamMapping, "poll"),
    (StreamMapping, "complete"),
    (retention, "drop_delivered_records"),
]
OF_QUEUES: list[tuple[Any, str]] = [(QueueMapping, "poll"), (QueueMapping, "complete")]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "FIRST_PAUSE_SECONDS", 0.01)


@pytest.mark.parametrize(
    ("template", "write", "owner", "step"),
    [(STREAM, put, *step) for step in (*STEPS, *OF_STREAMS)]
    + [(QUEUE, send, *step) for step in (*STEPS, *OF_QUEUES)],
)
def test_an_exception_in_any_step_is_reported_and_the_mapping_polls_again(
    template: str,
    write: Write,
    owner: Any,
    step: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "template.yaml").write_text(template)
    injected = failing_once(monkeypatch, owner, step)
    seen = asyncio.run(delivered_after(injected, tmp_path / "template.yaml", write, []))
    assert "second" in seen
    if template == STREAM:
        assert "first" in seen
    printed = capsys.readouterr().err
    assert "shop: the event source mapping ReaderSource failed and polls again after" in printed
    assert "Traceback" in printed


@pytest.mark.parametrize(
    ("template", "write", "owner"), [(STREAM, put, StreamMapping), (QUEUE, send, QueueMapping)]
)
def test_an_exception_while_a_failure_is_handled_is_reported_too(
    template: str, write: Write, owner: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "template.yaml").write_text(template)
    injected = failing_once(monkeypatch, owner, "fail")
    assert "second" in asyncio.run(delivered_after(injected, tmp_path / "template.yaml", write, [True]))


def test_the_pause_doubles_while_a_poll_keeps_failing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "template.yaml").write_text(STREAM)
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def paused(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    def broken(_: StreamMapping) -> None:
        raise KeyError("broken")

    async def eight_pauses() -> None:
        async with running(tmp_path / "template.yaml") as (backend, stack):
            await backend.environments.next(stack.functions["Reader"].name)
            async with asyncio.timeout(DEADLINE_SECONDS):
                while len(pauses) < 8:
                    await sleep(0.01)

    monkeypatch.setattr(deliveries, "FIRST_PAUSE_SECONDS", 0.5)
    monkeypatch.setattr(StreamMapping, "poll", broken)
    monkeypatch.setattr(asyncio, "sleep", paused)
    asyncio.run(eight_pauses())
    assert pauses[:8] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert capsys.readouterr().err.count("Traceback") == 1


def test_a_binary_attribute_is_delivered(tmp_path: Path) -> None:
    def put_binary(stack: Stack, value: str) -> None:
        item = {"id": {"S": value}, "picture": {"B": b"\xff\x00"}}
        client("dynamodb").put_item(TableName=stack.tables["Table"], Item=item)

    (tmp_path / "template.yaml").write_text(STREAM)
    seen = asyncio.run(delivered_after(lambda: None, tmp_path / "template.yaml", put_binary, []))
    assert seen == ["first", "second"]


def send_later(stack: Stack, value: str) -> None:
    client("sqs").send_message(QueueUrl=stack.queues["Queue"], MessageBody=value, DelaySeconds=60)


def put_twice(stack: Stack, value: str) -> None:
    put(stack, value)
    put(stack, value)


@pytest.mark.parametrize(
    ("text", "write", "polls"),
    [
        (STREAM, put, 1),
        (STREAM, put_twice, 1),
        (STREAM, send, 0),
        (QUEUE, send, 1),
        (QUEUE, send_later, 0),
        (QUEUE, put, 0),
    ],
)
def test_a_new_record_wakes_up_the_mappings_of_its_source(
    tmp_path: Path, text: str, write: Write, polls: int
) -> None:
    """A delayed message is no new record, and neither is a write that changes nothing."""

    async def woken() -> int:
        (tmp_path / "template.yaml").write_text(text)
        async with running(tmp_path / "template.yaml") as (backend, stack):
            ((delivery, _task),) = backend.deliveries._running["shop"]
            with patch.object(delivery.wake_up, "set") as wake_up:
                write(stack, "first")
            return wake_up.call_count

    assert asyncio.run(woken()) == polls


@pytest.mark.parametrize("text", [STREAM, QUEUE])
def test_mappings_of_all_sources_can_be_woken_up(tmp_path: Path, text: str) -> None:
    async def is_woken() -> bool:
        (tmp_path / "template.yaml").write_text(text)
        async with running(tmp_path / "template.yaml") as (backend, _):
            ((delivery, _task),) = backend.deliveries._running["shop"]
            backend.deliveries.poll_now()
            return delivery.wake_up.is_set()

    assert asyncio.run(is_woken())
