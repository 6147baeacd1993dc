"""Runs the schedules of stacks that come and go: a task for each schedule."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from infra.local.aws.event_bus import bus
from infra.local.event_sources.schedule_events import event
from infra.local.model.stack import Function, Schedule, Stack

Invoke = Callable[[Stack, Function, Any], None]
LONGEST_SLEEP_SECONDS = 3600.0


class Schedules:
    """`invoke` invokes a function asynchronously."""

    def __init__(self, invoke: Invoke) -> None:
        self._invoke = invoke
        self._running: dict[str, list[asyncio.Task[None]]] = {}

    def start(self, stack: Stack) -> None:
        self._running[stack.name] = [
            asyncio.create_task(self._run(stack, schedule)) for schedule in stack.schedules.values()
        ]

    def stop(self, stack_name: str) -> None:
        for task in self._running.pop(stack_name):
            task.cancel()

    async def _run(self, stack: Stack, schedule: Schedule) -> None:
        """Times that pass while the machine sleeps are skipped."""
        moment = schedule.times.next(datetime.now(UTC))
        while moment is not None:
            await _sleep_until(moment)
            self._send(stack, schedule, event(schedule, moment))
            moment, now = schedule.times.next(moment), datetime.now(UTC)
            if moment is not None and moment < now:
                moment = schedule.times.next(now)

    def _send(self, stack: Stack, schedule: Schedule, event: Any) -> None:
        if schedule.function is None:
            bus.run(schedule.arn, event)
        else:
            self._invoke(stack, stack.functions[schedule.function], event)


async def _sleep_until(moment: datetime) -> None:
    while (left := (moment - datetime.now(UTC)).total_seconds()) > 0:
        await asyncio.sleep(min(left, LONGEST_SLEEP_SECONDS))
