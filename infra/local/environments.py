"""Execution environments: who is free to run a function, what it runs, and by when it must answer."""

import asyncio
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from infra.local.recursion import trace_header
from infra.local.stack import Function

GRACE_SECONDS = 0.5
"""Beyond the function's timeout, for the answer to travel."""
SHORTLY_SECONDS = 1.0


class FunctionFailed(Exception):
    """The function raised, or did not answer in time."""


class NobodyFree(Exception):
    """No environment of the function took the invocation."""


@dataclass
class Invocation:
    """An event on its way through an environment; `deadline` is in seconds since the epoch."""

    function: Function
    event: Any
    deadline: float
    id: str
    trace_header: str
    answer: "asyncio.Future[Any]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Environments:
    """One function at a time in each environment, which comes and asks for work, as Lambda's runtimes do."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[asyncio.Future[Invocation]]] = defaultdict(deque)
        self._limits: WeakKeyDictionary[asyncio.Future[Invocation], float] = WeakKeyDictionary()
        self._under_way: dict[str, Invocation] = {}
        self._seen: dict[str, float] = {}
        self._arrived = asyncio.Condition()

    async def next(self, function: str, timeout_seconds: float | None = None) -> "asyncio.Future[Invocation]":
        """An environment is free: the future holds its next invocation. Cancelled, it is free no longer.

        `timeout_seconds` replaces the function's own time limit: a debugger needs longer.
        """
        turn: asyncio.Future[Invocation] = asyncio.get_running_loop().create_future()
        self._waiting[function].append(turn)
        self._seen[function] = time.monotonic()
        if timeout_seconds is not None:
            self._limits[turn] = timeout_seconds
        async with self._arrived:
            self._arrived.notify_all()
        return turn

    def finish(self, invocation_id: str, answer: Any) -> None:
        """An environment answered; an answer after the deadline is dropped."""
        invocation = self._under_way.pop(invocation_id, None)
        if invocation is not None and not invocation.answer.done():
            self._seen[invocation.function.name] = time.monotonic()
            invocation.answer.set_result(answer)

    def fail(self, invocation_id: str, reason: str) -> None:
        """The function raised in its environment."""
        invocation = self._under_way.pop(invocation_id, None)
        if invocation is not None and not invocation.answer.done():
            invocation.answer.set_exception(FunctionFailed(reason))

    async def wait_for_free(self, function: str) -> None:
        """Returns once an environment of the function is free."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: self._free(function))

    async def invoke(self, function: Function, event: Any, wait_seconds: float) -> Any:
        """The function's answer. Raises NobodyFree after `wait_seconds`, FunctionFailed, or LoopStopped."""
        return await self.answer(await self.start(function, event, wait_seconds))

    async def start(self, function: Function, event: Any, wait_seconds: float) -> Invocation:
        """An invocation that an environment has taken.

        Raises LoopStopped, or NobodyFree after `wait_seconds`.
        """
        invocation_id = str(uuid4())
        trace = trace_header(function, event, invocation_id)
        try:
            async with asyncio.timeout(wait_seconds):
                turn = await self._take(function.name)
        except TimeoutError:
            raise NobodyFree(function.name) from None
        limit = self._limits.pop(turn, function.timeout_seconds)
        invocation = Invocation(function, event, time.time() + limit, invocation_id, trace)
        self._under_way[invocation.id] = invocation
        turn.set_result(invocation)
        return invocation

    async def answer(self, invocation: Invocation) -> Any:
        """What the function answers. Raises FunctionFailed if it raised, or did not answer in time."""
        left = invocation.deadline - time.time()
        try:
            async with asyncio.timeout(left + GRACE_SECONDS):
                return await invocation.answer
        except TimeoutError:
            raise FunctionFailed(f"timed out after {left:.0f} seconds") from None
        finally:
            self._under_way.pop(invocation.id, None)

    def presence(self, function: str) -> str:
        """`busy`, `free`, or `away` where no environment runs the function."""
        if any(invocation.function.name == function for invocation in self._under_way.values()):
            return "busy"
        # Between its answer and its next question an environment is here, too.
        here = time.monotonic() - self._seen.get(function, -SHORTLY_SECONDS) < SHORTLY_SECONDS
        return "free" if here or self._free(function) else "away"

    async def _take(self, function: str) -> "asyncio.Future[Invocation]":
        while True:
            await self.wait_for_free(function)
            if self._free(function):
                return self._waiting[function].popleft()

    def _free(self, function: str) -> bool:
        waiting = self._waiting[function]
        while waiting and waiting[0].done():
            waiting.popleft()
        return bool(waiting)
