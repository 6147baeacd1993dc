"""The processes that run functions: started together, replaced when one of them dies."""

import asyncio
import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext as Fork
from multiprocessing.context import ForkServerProcess

from infra.local.stack import Function
from infra.local.worker import work

DEBUG_PORT = 5678
RESTART_SECONDS = 0.2
RESTARTS_LIMIT_SECONDS = 5.0


def context() -> Fork:
    """Forks from a process that imports the common libraries, from now on: a new environment costs little."""
    fork = multiprocessing.get_context("forkserver")
    fork.set_forkserver_preload(["infra.local.preload"])
    forkserver.ensure_running()
    return fork


class Crew:
    """One environment for each of the functions; `debug` is the logical id of one to debug."""

    def __init__(
        self, functions: list[Function], host: str, port: int, fork: Fork, debug: str | None = None
    ) -> None:
        self._debug = debug
        self._functions, self._host, self._port, self._fork = functions, host, port, fork
        self._processes: dict[str, ForkServerProcess] = {}
        self._ended = False

    async def run(self) -> None:
        """Keeps every function's environment alive, until cancelled or ended."""
        async with asyncio.TaskGroup() as group:
            for function in self._functions:
                group.create_task(self._keep(function))

    def end(self) -> None:
        """Kills all environments; one in the middle of a message is just what the design is for."""
        self._ended = True
        for process in self._processes.values():
            process.kill()

    async def _keep(self, function: Function) -> None:
        wait = RESTART_SECONDS
        while not self._ended:
            debug_port = DEBUG_PORT if function.logical_id == self._debug else None
            given = (function, self._host, self._port, debug_port)
            process = self._fork.Process(target=work, args=given, daemon=True)
            process.start()
            self._processes[function.logical_id] = process
            born = asyncio.get_running_loop().time()
            await _end_of(process)
            lived = asyncio.get_running_loop().time() - born
            wait = (
                RESTART_SECONDS if lived > RESTARTS_LIMIT_SECONDS else min(wait * 2, RESTARTS_LIMIT_SECONDS)
            )
            await asyncio.sleep(wait)


__all__ = ["Crew", "Fork", "context"]


async def _end_of(process: ForkServerProcess) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)
