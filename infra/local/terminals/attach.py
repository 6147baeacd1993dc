"""Runs functions in this terminal, for a backend that runs in another terminal."""

import asyncio
import contextlib
import json
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import quote

from infra.local.control.wire import PREFIX
from infra.local.model.stack import Function
from infra.local.provisioning.errors import TemplateError
from infra.local.runtime.process_pool import Fork, ProcessPool, Setup
from infra.local.terminals.errors import BackendError

WAIT_SECONDS = 0.5
HOST = "127.0.0.1"


def call_backend(port: int, method: str, path: str, body: Any = None) -> Any:
    """Calls the control API of the backend on this port and returns the JSON of its answer.

    Raises BackendError if the backend rejects the call, or OSError if no backend answers.
    """
    request = urllib.request.Request(
        f"http://{HOST}:{port}{PREFIX}{quote(path)}",
        None if body is None else json.dumps(body).encode(),
        method=method,
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise BackendError(_reason(error, port)) from error
    except ValueError as error:
        raise BackendError(f"what listens on port {port} is not a local run") from error


def answers(port: int) -> bool:
    """Whether something listens on this port of this machine."""
    with socket.socket() as connection:
        return connection.connect_ex((HOST, port)) == 0


def _reason(error: urllib.error.HTTPError, port: int) -> str:
    try:
        return str(json.load(error)["message"])
    except (ValueError, KeyError, TypeError):
        return f"what listens on port {port} is not a local run: it answered {error.code}"


class Terminal:
    """A terminal that runs functions until Ctrl-C.

    `attachment` is the path under which the backend knows the terminal. `find_functions` asks the backend
    for the functions, which adds the stack of a guest. After a restart of the backend, both happen again.
    """

    def __init__(
        self,
        port: int,
        attachment: str,
        find_functions: Callable[[], list[Function]],
        fork: Fork,
        debug: str | None,
        setup: Setup | None = None,
    ) -> None:
        self._setup = setup
        self._port, self._attachment, self._find_functions = port, attachment, find_functions
        self._fork, self._debug = fork, debug
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Runs the functions until Ctrl-C. Waits for the backend if none answers.

        Raises BackendError if the backend rejects the command, or TemplateError for a wrong `--debug`.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        while functions := await self._once_backend_answers():
            check_debugged(functions, self._debug)
            print(f"Running {', '.join(f.logical_id for f in functions)}. Press Ctrl-C to stop.", flush=True)
            async with self._running(functions):
                attached = asyncio.ensure_future(_until_detached(self._port, self._attachment))
                await self._until_stopped(attached)
            if not attached.cancelled() and attached.result():
                print(f"{self._attachment.rpartition('/')[2]} left the run.", flush=True)
                return
            if not self._stop.is_set():
                print("The backend stopped.", flush=True)

    @contextlib.asynccontextmanager
    async def _running(self, functions: list[Function]) -> AsyncIterator[None]:
        pool = ProcessPool(functions, HOST, self._port, self._fork, self._debug, self._setup)
        running = asyncio.create_task(pool.run())
        try:
            yield
        finally:
            pool.end(report=True)
            # The pool reports the ended processes to the backend.
            await asyncio.wait([running], timeout=WAIT_SECONDS)
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    async def _once_backend_answers(self) -> list[Function]:
        """The functions; an empty list after Ctrl-C."""
        announced = False
        while not self._stop.is_set():
            try:
                return self._find_functions()
            except OSError:
                if not announced:
                    print(f"Waiting for the backend on port {self._port} …", flush=True)
                    announced = True
            await self._until_stopped(asyncio.ensure_future(asyncio.sleep(WAIT_SECONDS)))
        return []

    async def _until_stopped(self, other: asyncio.Future[Any]) -> None:
        """Waits for Ctrl-C or for the end of `other`, and cancels the rest."""
        tasks = other, asyncio.ensure_future(self._stop.wait())
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_detached(port: int, attachment: str) -> bool:
    """Keeps a connection open, by which the backend sees this terminal, until the backend answers or ends.

    Returns True if the terminal's stack has left the run.
    """
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            path = f"{PREFIX}attached/{quote(attachment)}"
            writer.write(f"GET {path} HTTP/1.1\r\nhost: {HOST}:{port}\r\n\r\n".encode())
            return b" 410 " in await reader.readline()
        finally:
            writer.close()
    return False


def check_debugged(functions: list[Function], debug: str | None) -> None:
    """Raises TemplateError if `--debug` names none of the functions of this terminal."""
    names = [function.logical_id for function in functions]
    if debug is not None and debug not in names:
        raise TemplateError(
            f"--debug {debug}: this terminal has no such function; choose from {', '.join(names)}"
        )
