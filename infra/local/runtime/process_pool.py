"""Starts one process for each function, and replaces a process that ends."""

import asyncio
import contextlib
import json
import os
import signal
from http.client import HTTPConnection, HTTPException
from multiprocessing.context import ForkServerProcess
from uuid import uuid4

from infra.local.model.stack import Function
from infra.local.reporting.console import error
from infra.local.runtime import exit_messages
from infra.local.runtime.fork_server import Fork, fork_context
from infra.local.runtime.worker import Setup, work

DEBUG_PORT = 5678
RESTART_SECONDS = 0.2
RESTARTS_LIMIT_SECONDS = 5.0
"""The maximum wait before a restart, for a process that ends before it asks for an invocation."""
REPORT_SECONDS = 2


class ProcessPool:
    """One execution environment for each function. `debug` is the logical id of a function to debug.

    Each process calls `setup` before it imports its function.
    """

    def __init__(
        self,
        functions: list[Function],
        host: str,
        port: int,
        fork: Fork,
        debug: str | None = None,
        setup: Setup | None = None,
    ) -> None:
        self._debug, self._setup = debug, setup
        self._functions, self._host, self._port, self._fork = functions, host, port, fork
        self._processes: dict[str, ForkServerProcess] = {}
        self._ended, self._reports_exits = False, True

    async def run(self) -> None:
        """Keeps an environment of every function running, until it is cancelled or `end` is called."""
        async with asyncio.TaskGroup() as group:
            for function in self._functions:
                group.create_task(self._keep_running(function))

    def end(self, *, report: bool = False) -> None:
        """Kills all environments. With `report`, `run` reports their exits to a backend that still runs."""
        self._ended, self._reports_exits = True, report
        for process in self._processes.values():
            _kill(process)

    async def _keep_running(self, function: Function) -> None:
        wait = RESTART_SECONDS
        while not self._ended:
            debug_port = DEBUG_PORT if function.logical_id == self._debug else None
            environment = str(uuid4())
            given = (function, self._host, self._port, environment, debug_port, self._setup)
            process = self._fork.Process(target=work, args=given, daemon=True)
            process.start()
            self._processes[function.logical_id] = process
            await _wait_for_end(process)
            status = process.exitcode
            _kill(process)  # its child processes may still run
            if not self._reports_exits:
                return
            started = await asyncio.to_thread(self._report_exit, function, environment, status)
            wait = RESTART_SECONDS if started else min(wait * 2, RESTARTS_LIMIT_SECONDS)
            if not self._ended:
                await asyncio.sleep(wait)

    def _report_exit(self, function: Function, environment: str, status: exit_messages.ExitStatus) -> bool:
        """Reports an exit to the backend, which fails the invocation. Returns True if it had started."""
        if self._ended:
            status = None
        else:
            timed_out = status == exit_messages.TIMED_OUT
            reason = "Task timed out" if timed_out else exit_messages.describe_exit(status)
            error(f"{function.logical_id}: {reason}; its process restarts")
        path = f"/_local/runtime/{function.name}/environments/{environment}/exit"
        connection = HTTPConnection(self._host, self._port, timeout=REPORT_SECONDS)
        try:
            connection.request("POST", path, json.dumps(status).encode())
            return bool(json.load(connection.getresponse())["started"])
        except (OSError, HTTPException, ValueError):  # the backend has ended, too
            return False
        finally:
            connection.close()


async def _wait_for_end(process: ForkServerProcess) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)


def _kill(process: ForkServerProcess) -> None:
    """Kills a process and its child processes, which are in its process group once it is set up."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if process.pid is not None:
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


__all__ = ["Fork", "ProcessPool", "Setup", "fork_context"]
