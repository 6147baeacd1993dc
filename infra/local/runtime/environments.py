"""Assigns each invocation to a free execution environment, and returns its answer or failure."""

import asyncio
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from infra.local.aws.recursion import trace_header
from infra.local.model import traces
from infra.local.model.stack import Function
from infra.local.runtime import exit_messages

GRACE_SECONDS = 0.5
"""The time after a function's timeout in which its answer may still arrive."""
RECENT_SECONDS = 1.0
"""After an answer, an environment counts as free for this time, until it asks for the next invocation."""
BROKEN_SECONDS = 6.0
"""After a failed start, invocations fail at once for this time. The process pool restarts within it."""


class FunctionFailed(Exception):
    """The function raised an exception, ended its process or timed out. The message is the one of Lambda."""


class NoFreeEnvironment(Exception):
    """No execution environment of the function was free in time."""


@dataclass(eq=False)
class WaitingEnvironment:
    """An execution environment that waits for an invocation.

    If `timeout_seconds` is not None, it replaces the function's timeout.
    """

    environment: str
    timeout_seconds: float | None
    invocation: "asyncio.Future[Invocation]"


@dataclass
class Invocation:
    """An invocation in an execution environment. `deadline` is in seconds since the epoch."""

    function: Function
    event: Any
    timeout_seconds: float
    environment: str
    id: str
    trace_header: str
    answer: "asyncio.Future[Any]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    deadline: float = 0.0

    def __post_init__(self) -> None:
        self.deadline = time.time() + self.timeout_seconds


class Environments:
    """The execution environments. Each asks for its next invocation, as Lambda's runtimes do."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[WaitingEnvironment]] = defaultdict(deque)
        self._in_flight: dict[str, Invocation] = {}
        self._started: set[str] = set()
        self._broken: dict[str, tuple[exit_messages.ExitStatus, float]] = {}
        self._seen: dict[str, float] = {}
        self._changed = asyncio.Condition()

    async def next(
        self, function: str, timeout_seconds: float | None = None, environment: str = ""
    ) -> "asyncio.Future[Invocation]":
        """A future with the next invocation of this environment. Cancel it if the environment disconnects.

        `timeout_seconds` replaces the function's timeout: a debugger needs more time.
        """
        for invocation in self._invocations_of(environment):  # the backend has never received its answer
            self.fail(invocation.id, _failure_message(invocation, None))
        waiting = WaitingEnvironment(environment, timeout_seconds, asyncio.get_running_loop().create_future())
        self._waiting[function].append(waiting)
        self._started.add(environment)
        self._broken.pop(function, None)
        self._seen[function] = time.monotonic()
        await self._notify()
        return waiting.invocation

    def finish(self, invocation_id: str, answer: Any) -> bool:
        """Passes the function's answer to the caller. Returns False if it is repeated or too late."""
        invocation = self._in_flight.pop(invocation_id, None)
        if invocation is None or invocation.answer.done():
            return False
        self._seen[invocation.function.name] = time.monotonic()
        invocation.answer.set_result(answer)
        return True

    def fail(self, invocation_id: str, reason: str) -> bool:
        """Passes the function's failure to the caller. Returns False if it is repeated or too late."""
        invocation = self._in_flight.pop(invocation_id, None)
        if invocation is None or invocation.answer.done():
            return False
        invocation.answer.set_exception(FunctionFailed(reason))
        return True

    async def report_exit(self, function: str, environment: str, status: exit_messages.ExitStatus) -> bool:
        """Fails the invocations of an environment whose process has ended. Returns True if it had started.

        An environment has started once it has asked for an invocation. If it has not, the function's next
        invocations fail at once, until another environment starts. `status` is None if the terminal ended.
        """
        for waiting in self._waiting[function]:
            if waiting.environment == environment:
                waiting.invocation.cancel()
        for invocation in self._invocations_of(environment):
            self.fail(invocation.id, _failure_message(invocation, status))
        started = environment in self._started
        if not started and status is not None:
            self._broken[function] = status, time.monotonic() + BROKEN_SECONDS
        self._started.discard(environment)
        await self._notify()
        return started

    async def wait_for_free(self, function: str) -> None:
        """Waits until an environment of the function is free, or until it is known that none can start."""
        if not self._free(function):  # the lock costs more than this look
            async with self._changed:
                await self._changed.wait_for(lambda: self._free(function) or self._is_broken(function))

    async def invoke(
        self, function: Function, event: Any, wait_seconds: float, trace_root: str | None = None
    ) -> Any:
        """Invokes the function and returns its answer.

        Raises LoopStopped, NoFreeEnvironment after `wait_seconds`, or FunctionFailed.
        """
        return await self.answer(await self.start(function, event, wait_seconds, trace_root))

    async def start(
        self, function: Function, event: Any, wait_seconds: float, trace_root: str | None = None
    ) -> Invocation:
        """Starts an invocation in a free environment. Without a `trace_root`, it starts a new trace.

        Raises LoopStopped, NoFreeEnvironment after `wait_seconds`, or FunctionFailed if no environment can
        start.
        """
        invocation_id = str(uuid4())
        trace = traces.with_root(trace_root, trace_header(function, event, invocation_id))
        try:
            async with asyncio.timeout(wait_seconds):
                waiting = await self._take(function.name)
        except TimeoutError:
            raise NoFreeEnvironment(function.name) from None
        limit = function.timeout_seconds if waiting.timeout_seconds is None else waiting.timeout_seconds
        invocation = Invocation(function, event, limit, waiting.environment, invocation_id, trace)
        self._in_flight[invocation.id] = invocation
        waiting.invocation.set_result(invocation)
        return invocation

    async def answer(self, invocation: Invocation) -> Any:
        """Waits for the function's answer. Raises FunctionFailed if it failed or timed out."""
        try:
            async with asyncio.timeout(invocation.deadline - time.time() + GRACE_SECONDS):
                # If the caller disconnects, the function still runs to its end, as on Lambda.
                return await asyncio.shield(invocation.answer)
        except TimeoutError:
            self._in_flight.pop(invocation.id, None)
            raise FunctionFailed(exit_messages.timed_out(invocation.id, invocation.timeout_seconds)) from None

    def availability(self, function: str) -> str:
        """`busy`, `free`, or `not-running` if the function has no environment."""
        if any(invocation.function.name == function for invocation in self._in_flight.values()):
            return "busy"
        recent = time.monotonic() - self._seen.get(function, -RECENT_SECONDS) < RECENT_SECONDS
        return "free" if recent or self._free(function) else "not-running"

    def _invocations_of(self, environment: str) -> list[Invocation]:
        return [i for i in self._in_flight.values() if environment and i.environment == environment]

    async def _take(self, function: str) -> WaitingEnvironment:
        while True:
            await self.wait_for_free(function)
            if self._free(function):
                return self._waiting[function].popleft()
            if self._is_broken(function):
                raise FunctionFailed(exit_messages.process_exited(str(uuid4()), self._broken[function][0]))

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _free(self, function: str) -> bool:
        waiting = self._waiting[function]
        while waiting and waiting[0].invocation.done():
            waiting.popleft()
        return bool(waiting)

    def _is_broken(self, function: str) -> bool:
        return function in self._broken and time.monotonic() < self._broken[function][1]


def _failure_message(invocation: Invocation, status: exit_messages.ExitStatus) -> str:
    if status == exit_messages.TIMED_OUT:
        return exit_messages.timed_out(invocation.id, invocation.timeout_seconds)
    return exit_messages.process_exited(invocation.id, status)
