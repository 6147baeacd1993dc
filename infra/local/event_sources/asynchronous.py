"""Lambda's asynchronous invocations, which SNS and EventBridge make: retries, destinations, dead letters.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
"""

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from infra.local.aws.clients import client
from infra.local.aws.recursion import LoopStopped
from infra.local.event_sources.faults import Faults
from infra.local.event_sources.on_failure import send
from infra.local.model.stack import AsyncSettings, Function, Stack
from infra.local.reporting import console
from infra.local.runtime.environments import Environments, FunctionFailed, NoFreeEnvironment
from infra.shared.arns import name_of, service_of

RETRY_SECONDS = (60.0, 120.0)
"""The wait before the second and the third invocation."""
ERROR_BYTES = 1024


@dataclass(frozen=True)
class Outcome:
    """The result of all invocations with one event."""

    condition: str
    invoke_count: int
    request_id: str
    answer: Any = None
    failure: str | None = None


class AsynchronousInvocations:
    """Invokes functions asynchronously: one asyncio task for each event."""

    def __init__(self, environments: Environments, faults: Faults) -> None:
        self._environments, self._faults = environments, faults
        self._running: dict[str, set[asyncio.Task[None]]] = {}
        self._changed: dict[str, asyncio.Event] = {}
        """By the logical id of a function with a waiting event. Set when the function's code changes."""

    def invoke(self, stack: Stack, function: Function, event: Any) -> None:
        """Starts the invocation and returns at once."""
        tasks = self._running.setdefault(stack.name, set())
        settings = stack.async_settings.get(function.logical_id, AsyncSettings())
        task = asyncio.create_task(self._run(function, settings, event))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def stop(self, stack_name: str) -> None:
        """Discards the events of a removed stack that its functions have not handled yet."""
        for task in self._running.pop(stack_name, ()):
            task.cancel()

    def retry_now(self, function: str) -> None:
        """Invokes a function again at once with the events that it failed to handle: its code has changed."""
        self._changed.pop(function, asyncio.Event()).set()

    async def _run(self, function: Function, settings: AsyncSettings, event: Any) -> None:
        try:
            outcome = await self._outcome(function, settings, event)
            send_to_destinations(function, settings, event, outcome)
        except Exception as error:  # such as a destination queue that does not exist
            console.error(
                f"{function.name}: an event of an asynchronous invocation is lost: its destination or "
                f"dead-letter queue failed: {error!r}"
            )

    async def _outcome(self, function: Function, settings: AsyncSettings, event: Any) -> Outcome:
        expires, request_id, failure = time.monotonic() + settings.max_age_seconds, str(uuid4()), None
        for attempt in range(settings.retries + 1):
            if attempt:
                await self._wait(function, RETRY_SECONDS[attempt - 1])
            await self._faults.service(function.service).running.wait()
            left = expires - time.monotonic()
            if left <= 0:
                return Outcome("EventAgeExceeded", attempt, request_id, failure=failure)
            try:
                invocation = await self._environments.start(function, event, left)
                request_id = invocation.id
                answer = await self._environments.answer(invocation)
            except NoFreeEnvironment:
                return Outcome("EventAgeExceeded", attempt, request_id, failure=failure)
            except (FunctionFailed, LoopStopped) as error:
                failure = str(error)
            else:
                return Outcome("Success", attempt + 1, request_id, answer)
        return Outcome("RetriesExhausted", settings.retries + 1, request_id, failure=failure)

    async def _wait(self, function: Function, seconds: float) -> None:
        changed = self._changed.setdefault(function.logical_id, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await changed.wait()


def send_to_destinations(function: Function, settings: AsyncSettings, event: Any, outcome: Outcome) -> None:
    """Sends a record to the outcome's destination, and a failed event to the dead-letter queue."""
    failed = outcome.condition != "Success"
    destination = settings.on_failure if failed else settings.on_success
    if destination:
        send(destination, invocation_record(function, event, outcome))
    if failed and function.dead_letter_arn:
        _send_dead_letter(function.dead_letter_arn, event, outcome)
    if failed and not (destination or function.dead_letter_arn):
        console.error(
            f"{function.name}: dropped an event after {outcome.invoke_count} invocations "
            f"({outcome.condition}); give the function a DeadLetterQueue to keep such events"
        )


def invocation_record(function: Function, event: Any, outcome: Outcome) -> dict[str, Any]:
    """The record that Lambda sends to a destination.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    response: dict[str, Any] = {}
    if outcome.invoke_count:
        error = {"functionError": "Unhandled"} if outcome.failure is not None else {}
        response["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST", **error}
        failure = {"errorMessage": outcome.failure}
        response["responsePayload"] = outcome.answer if outcome.failure is None else failure
    return {
        "version": "1.0",
        "timestamp": now,
        "requestContext": {
            "requestId": outcome.request_id,
            "functionArn": f"{function.arn}:$LATEST",
            "condition": outcome.condition,
            "approximateInvokeCount": outcome.invoke_count,
        },
        "requestPayload": event,
        **response,
    }


def _send_dead_letter(arn: str, event: Any, outcome: Outcome) -> None:
    text = (outcome.failure or outcome.condition).encode()[:ERROR_BYTES].decode(errors="ignore")
    attributes = {
        "RequestID": {"DataType": "String", "StringValue": outcome.request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": text},
    }
    body, name = json.dumps(event), name_of(arn)
    if service_of(arn) == "sns":
        client("sns").publish(TopicArn=arn, Message=body, MessageAttributes=attributes)
    else:
        url = client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
        client("sqs").send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
