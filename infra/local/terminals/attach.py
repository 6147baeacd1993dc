"""Runs functions in this terminal, for a backend that runs in another."""

import asyncio
import contextlib
import json
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from infra.local.control.runtime_api import PREFIX
from infra.local.model.stack import Function
from infra.local.runtime.process_pool import Fork, ProcessPool

WAIT_SECONDS = 0.5


class BackendError(Exception):
    """The backend, or this command, says no: the message says why."""


def call_backend(port: int, method: str, path: str, body: Any = None) -> Any:
    """The backend's answer at one of its own addresses. Raises BackendError, or OSError if it is not there."""
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


async def run(port: int, choose: Callable[[], list[Function]], fork: Fork, debug: str | None) -> None:
    """Runs what `choose` gives, once the backend is there, until Ctrl-C. Raises BackendError."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    chosen = await _once_backend_answers(port, choose, stop)
    if stop.is_set():
        return
    print(f"Running {', '.join(function.logical_id for function in chosen)}. Ctrl-C ends it.", flush=True)
    pool = ProcessPool(chosen, "127.0.0.1", port, fork, debug)
    running = asyncio.create_task(pool.run())
    await stop.wait()
    pool.end(report=True)
    await asyncio.wait([running], timeout=WAIT_SECONDS)  # it tells the backend what does not answer any more
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def _once_backend_answers(
    port: int, choose: Callable[[], list[Function]], stop: asyncio.Event
) -> list[Function]:
    told = False
    while not stop.is_set():
        try:
            return choose()
        except BackendError:
            raise
        except OSError:
            if not told:
                print(f"Waiting for the backend on port {port} …", flush=True)
                told = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_SECONDS):
                await stop.wait()
    return []
