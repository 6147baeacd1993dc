"""Records the work of a run in this process: each invocation, and each AWS call with its caller."""

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from io import TextIOBase
from typing import Any
from unittest.mock import patch

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from botocore.client import BaseClient

from infra.local import in_process
from infra.local.model.stack import Function

POLLERS = "pollers"
"""The caller of AWS calls outside of functions: Lambda, which polls queues and streams for its mappings."""


@dataclass(frozen=True)
class Call:
    """An AWS call, successful or not. `by` is the logical id of the calling function, or POLLERS."""

    by: str
    service: str
    operation: str
    request: dict[str, Any]
    answer: dict[str, Any]


@dataclass
class Invocation:
    """One invocation of a function. `printed` is its output: log lines and metrics."""

    function: Function
    event: Any
    calls: int = 0
    printed: str = ""


@dataclass
class Work:
    """All invocations and calls, in order."""

    invocations: list[Invocation] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    requests: int = 0
    """HTTP requests to the API."""


class _Output(TextIOBase):
    """Writes to the running invocation's output; to the caller's if no function runs."""

    def __init__(self, running: list[Invocation]) -> None:
        self._running, self._caller = running, sys.stdout

    def write(self, text: str) -> int:
        if not self._running:
            return self._caller.write(text)
        self._running[-1].printed += text
        return len(text)


@contextmanager
def _logging_to(output: _Output) -> Iterator[None]:
    """Makes the functions' loggers write to `output` in the block.

    A logger keeps the standard output that existed when the logger was created.
    """
    for module in ("order.api", "order.expiry", "payment.consumer", "shipping.webhook", "choreography.relay"):
        import_module(module)
    loggers = list(logging.root.manager.loggerDict.values())
    handlers = [handler for logger in loggers for handler in getattr(logger, "handlers", ())]
    with ExitStack() as patches:
        for handler in handlers:
            if isinstance(handler.formatter, LambdaPowertoolsFormatter):
                patches.enter_context(patch.object(handler, "stream", output))
        yield


@contextmanager
def counted() -> Iterator[Work]:
    """Records the work of an `InProcess` and the caller's AWS calls in the block, for one thread only."""
    work = Work()
    running: list[Invocation] = []
    output = _Output(running)
    call_aws, invoke = BaseClient._make_api_call, in_process.invoke  # type: ignore[attr-defined]  # every call passes here

    def counting_call(client: Any, operation: str, request: dict[str, Any]) -> Any:
        by = running[-1].function.logical_id if running else POLLERS
        answer: dict[str, Any] = {}
        try:
            answer = call_aws(client, operation, request)
            return answer
        finally:
            work.calls.append(Call(by, client.meta.service_model.service_name, operation, request, answer))
            if running:
                running[-1].calls += 1

    def counting_invoke(function: Function, event: Any) -> Any:
        invocation = Invocation(function, event)
        work.invocations.append(invocation)
        work.requests += "rawPath" in event
        running.append(invocation)
        try:
            return invoke(function, event)
        finally:
            running.pop()

    with (
        _logging_to(output),
        patch.object(sys, "stdout", output),
        patch.object(BaseClient, "_make_api_call", counting_call),
        patch.object(in_process, "invoke", counting_invoke),
    ):
        yield work
