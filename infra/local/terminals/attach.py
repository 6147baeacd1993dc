"""Runs functions in this terminal, for a backend that runs in another terminal."""

import asyncio
import contextlib
import json
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from infra.local.control.wire import PREFIX
from infra.local.model.stack import Function
from infra.local.runtime.process_pool import Fork, ProcessPool

WAIT_SECONDS = 0.5


class BackendError(Exception):
    """The backend rejects a command; the message says why."""


def call_backend(port: int, method: str, path: str, body: Any = None) -> Any:
    """Calls the control API of the backend on this port and returns the JSON of its answer.

    Raises BackendError if the backend rejects the call, or OSError if no backend answers.
    """
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{PREFIX}{quote(path)}",
        None if body is None else json.dumps(body).encode(),
        method=method,
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise BackendError(json.load(error)["message"]) from error


async def run(port: int, find_functions: Callable[[], list[Function]], fork: Fork, debug: str | None) -> None:
    """Runs the functions that `find_functions` returns, until Ctrl-C. Waits for the backend if none answers.

    Raises BackendError if the backend rejects the command.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    functions = await _once_backend_answers(port, find_functions, stop)
    if stop.is_set():
        return
    print(f"Running {', '.join(f.logical_id for f in functions)}. Press Ctrl-C to stop.", flush=True)
    pool = ProcessPool(functions, "127.0.0.1", port, fork, debug)
    running = asyncio.create_task(pool.run())
    await stop.wait()
    pool.end(report=True)
    await asyncio.wait([running], timeout=WAIT_SECONDS)  # the pool reports the ended processes to the backend
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def _once_backend_answers(
    port: int, find_functions: Callable[[], list[Function]], stop: asyncio.Event
) -> list[Function]:
    announced = False
    while not stop.is_set():
        try:
            return find_functions()
        except OSError:
            if not announced:
                print(f"Waiting for the backend on port {port} …", flush=True)
                announced = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_SECONDS):
                await stop.wait()
    return []
