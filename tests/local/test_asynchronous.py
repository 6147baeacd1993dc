"""Asynchronous invocations by topics and schedules: events, retries, destinations, dead letters."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.backend import Backend
from infra.local.control.reports import Reports
from infra.local.event_sources import asynchronous
from infra.local.event_sources.schedule_events import event
from infra.local.in_process import environment
from infra.local.model import expressions
from infra.local.model.stack import Schedule, Stack
from infra.local.reporting.journal import Journal
from infra.local.reporting.metrics import Metrics
from infra.local.runtime.environments import Invocation
from tests.local.conftest import DEADLINE_SECONDS

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Dead: {Type: AWS::SQS::Queue}
  Failed: {Type: AWS::SQS::Queue}
  Worked: {Type: AWS::SQS::Queue}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: .
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}
      EventInvokeConfig:
        DestinationConfig:
          OnFailure: {Type: SQS, Destination: !GetAtt Failed.Arn}
          OnSuccess: {Type: SQS, Destination: !GetAtt Worked.Arn}
      Events:
        Topic: {Type: SNS, Properties: {Topic: !Ref Topic, FilterPolicy: {kind: [order]}}}
        %s
"""
OFF = "Off: {Type: Schedule, Properties: {Schedule: rate(1 minute), Enabled: false}}"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asynchronous, "RETRY_SECONDS", (0.0, 0.0))
    monkeypatch.setitem(expressions.UNITS, "minute", timedelta(seconds=0.05))


@asynccontextmanager
async def running(folder: Path, event: str = OFF) -> AsyncIterator[tuple[Backend, Stack]]:
    (folder / "template.yaml").write_text(TEMPLATE % event)
    with patched_moto(), environment({}):
        backend = Backend("http://localhost:3000")
        yield backend, backend.stacks.add("shop", folder / "template.yaml")
        backend.stacks.remove("shop")


async def invoked(backend: Backend) -> Invocation:
    """The next invocation of the function."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        return await (await backend.environments.next("shop-Reader"))


async def received(stack: Stack, queue: str) -> Any:
    """The one message of a queue."""
    request = {"QueueUrl": stack.queues[queue], "MessageAttributeNames": ["All"]}
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not (found := client("sqs").receive_message(**request).get("Messages")):
            await asyncio.sleep(0.01)
    return found[0]


def publish(stack: Stack, kind: str = "order") -> None:
    client("sns").publish(
        TopicArn=stack.topics["Topic"],
        Message="hello",
        Subject="greeting",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}},
    )


def test_a_topic_invokes_a_function_with_messages_that_pass_the_filter_policy(tmp_path: Path) -> None:
    async def run() -> Any:
        async with running(tmp_path) as (backend, stack):
            publish(stack, "invoice")
            publish(stack)
            return (await invoked(backend)).event

    (record,) = asyncio.run(run())["Records"]
    message = record.pop("Sns")
    assert record["EventSource"] == "aws:sns"
    assert (message["Type"], message["Subject"], message["Message"]) == ("Notification", "greeting", "hello")
    assert message["MessageAttributes"] == {"kind": {"Type": "String", "Value": "order"}}
    assert set(message) >= {"SigningCertUrl", "UnsubscribeUrl", "MessageId", "TopicArn", "Timestamp"}


def test_an_event_that_fails_three_times_goes_to_the_destination_and_the_dead_letter_queue(
    tmp_path: Path,
) -> None:
    async def run() -> tuple[list[Any], Any, Any]:
        async with running(tmp_path) as (backend, stack):
            publish(stack)
            events = []
            for _ in range(3):
                invocation = await invoked(backend)
                events.append(invocation.event)
                backend.environments.fail(invocation.id, "it crashed")
            return events, await received(stack, "Failed"), await received(stack, "Dead")

    events, failed, dead = asyncio.run(run())
    assert events[0] == events[1] == events[2] == json.loads(dead["Body"])
    record = json.loads(failed["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestPayload"] == events[0]
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"] == {"errorMessage": "it crashed"}
    assert dead["MessageAttributes"]["ErrorMessage"]["StringValue"] == "it crashed"
    assert set(dead["MessageAttributes"]) == {"RequestID", "ErrorCode", "ErrorMessage"}


def test_a_success_after_a_failure_goes_to_the_success_destination(tmp_path: Path) -> None:
    async def run() -> Any:
        async with running(tmp_path) as (backend, stack):
            publish(stack)
            backend.environments.fail((await invoked(backend)).id, "it crashed")
            backend.environments.finish((await invoked(backend)).id, {"a": 1})
            return json.loads((await received(stack, "Worked"))["Body"])

    record = asyncio.run(run())
    assert record["requestContext"]["condition"] == "Success"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responsePayload"] == {"a": 1}


def test_after_a_change_of_the_code_what_failed_is_tried_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asynchronous, "RETRY_SECONDS", (3600.0, 3600.0))

    async def run() -> tuple[Any, Any]:
        async with running(tmp_path) as (backend, stack):
            reports = Reports(
                *(backend.stacks, backend.deliveries, backend.asynchronous),
                *(Journal(), Metrics(), backend.notices),
            )
            publish(stack)
            first = await invoked(backend)
            backend.environments.fail(first.id, "it crashed")
            await asyncio.sleep(0.01)  # the failure is known, and the wait begins
            code = {"service": "Reader", "function": "Reader", "changed": ["app.py"], "failure": None}
            reports.add([{"code": code}])
            return first.event, (await invoked(backend)).event

    first, second = asyncio.run(run())
    assert first == second


async def events(backend: Backend, count: int) -> list[Any]:
    """The events of the next `count` invocations."""
    found = []
    for _ in range(count):
        invocation = await invoked(backend)
        found.append(invocation.event)
        backend.environments.finish(invocation.id, None)
    return found


@pytest.mark.parametrize(
    ("event", "source"),
    [
        ("Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}", "aws.events"),
        ("Tick: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}", "aws.scheduler"),
    ],
)
def test_a_schedule_invokes_its_function_repeatedly(tmp_path: Path, event: str, source: str) -> None:
    async def run() -> list[Any]:
        async with running(tmp_path, event) as (backend, _):
            return await events(backend, 3)

    found = asyncio.run(run())
    assert [each["source"] for each in found] == [source] * 3
    assert len({each["id"] for each in found}) == 3
    assert found[0]["detail-type"] == "Scheduled Event"


def test_a_disabled_schedule_does_not_run(tmp_path: Path) -> None:
    async def run() -> list[Any]:
        tick = "Tick: {Type: Schedule, Properties: {Name: tick, Schedule: rate(1 minute)}}"
        async with running(tmp_path, f"{tick}\n        {OFF}") as (backend, _):
            return await events(backend, 4)

    assert {arn.rpartition("/")[2] for each in asyncio.run(run()) for arn in each["resources"]} == {"tick"}


def test_context_attributes_in_the_input_of_a_schedule_are_replaced() -> None:
    text = '{"at": "<aws.scheduler.scheduled-time>", "of": "<aws.scheduler.schedule-arn>"}'
    made = Schedule("S", "arn", expressions.ScheduleTimes("rate(1 day)"), "aws.scheduler", "F", text)
    assert event(made, datetime(2026, 1, 2, tzinfo=UTC)) == {"at": "2026-01-02T00:00:00Z", "of": "arn"}


def test_removing_a_stack_ends_its_schedules_and_invocations(tmp_path: Path) -> None:
    async def run() -> set[str]:
        event = "Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}"
        async with running(tmp_path, event) as (_, stack):
            publish(stack)
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        return {task.get_coro().__qualname__ for task in asyncio.all_tasks()}  # type: ignore[union-attr]  # coroutines

    assert not {
        name for name in asyncio.run(run()) if "Schedules" in name or "AsynchronousInvocations" in name
    }
