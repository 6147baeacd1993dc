"""An execution environment: a process that runs one function and asks the backend for invocations."""

import json
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
import traceback
from decimal import Decimal
from typing import Any

from infra.local.model.messages import Request, Response
from infra.local.model.stack import Function
from infra.local.reporting.console import Console
from infra.local.runtime import process_setup
from infra.local.runtime.code import FunctionCode, import_failure
from infra.local.runtime.connection import Connection
from infra.local.runtime.context import Context

RETRY_SECONDS = 0.2
SHORTEST_TIMER_SECONDS = 0.001
"""A timer of zero seconds would be switched off."""
WATCH_SECONDS = 1.0
METRICS_HEADER = "x-metrics"
"""The header with the metrics that a function printed."""
ENVIRONMENT_HEADER = "x-environment"
"""The header with the id of the execution environment that asks for an invocation."""
TIMEOUT_HEADER = "x-timeout-seconds"
"""The header with the timeout of a function under a debugger."""
DEBUG_SECONDS = 900
"""The timeout of a function under a debugger: Lambda's maximum."""


def work(function: Function, host: str, port: int, environment_id: str, debug_port: int | None) -> None:
    """Runs invocations until the parent process ends or an invocation times out."""
    # An own process group: the parent handles Ctrl-C, and kills the function's child processes with it.
    os.setpgrp()
    environment = Environment(function, environment_id, debugged=debug_port is not None)
    threading.Thread(
        target=_watch_parent_and_deadline, args=(environment, Backend(host, port)), daemon=True
    ).start()
    console = process_setup.set_up_process(function, host, port)
    if debug_port is not None:
        _listen_for_debugger(function, debug_port)
    environment.prepare(console)
    connection = Backend(host, port)
    while True:
        try:
            environment.serve(connection)
        except OSError:
            connection.close()
            time.sleep(RETRY_SECONDS)


class Backend:
    """Requests to the backend's control API over one connection."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._connection: Connection | None = None

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Response:
        """Sends a request and returns the response. Raises OSError if a second try fails, too.

        The backend may have restarted while the function was running. A second try is safe: the backend
        accepts only one answer for each request id.
        """
        request = Request(method, f"/_local/{path}", "", list((headers or {}).items()), body)
        try:
            return self._exchange(request)
        except OSError:
            return self._exchange(request)

    def _exchange(self, request: Request) -> Response:
        try:
            self._connection = self._connection or Connection(self._address)
            return self._connection.exchange(request)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Closes the connection. The next request opens a new one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class Environment:
    """Runs one function, one invocation at a time."""

    def __init__(self, function: Function, environment_id: str, *, debugged: bool) -> None:
        self._function, self._id, self._debugged = function, environment_id, debugged
        self.deadline: float | None = None
        """The deadline of the current invocation, in seconds since the epoch."""

    def prepare(self, console: Console) -> None:
        """Imports the function's code. Prints an error, which each invocation then reports."""
        self._console, self._code = console, FunctionCode(self._function)
        try:
            self._code.handler()
        except Exception:
            traceback.print_exc()

    def serve(self, backend: Backend) -> None:
        """Runs one invocation after the other. Raises OSError if the backend has ended."""
        base = f"runtime/{self._function.name}/invocation"
        asking = {ENVIRONMENT_HEADER: self._id}
        if self._debugged:
            asking[TIMEOUT_HEADER] = str(DEBUG_SECONDS)
        while True:
            answer = backend.request("GET", f"{base}/next", headers=asking)
            if answer.status != 200:
                raise ConnectionError(f"the backend has no invocation: it answered {answer.status}")
            headers = dict(answer.headers)
            context = Context(
                self._function,
                headers["lambda-runtime-aws-request-id"],
                int(headers["lambda-runtime-deadline-ms"]) / 1000,
            )
            process_setup.begin_invocation(context, headers.get("lambda-runtime-trace-id"))
            outcome, result = self._run(json.loads(answer.body), context)
            metrics = {METRICS_HEADER: self._metrics()}
            backend.request("POST", f"{base}/{context.aws_request_id}/{outcome}", result, metrics)

    def report_exit(self, backend: Backend) -> None:
        """Tells the backend that this environment ends because its parent process has ended."""
        path = f"runtime/{self._function.name}/environments/{self._id}/exit"
        backend.request("POST", path, b"null")

    def _run(self, event: Any, context: Context) -> tuple[str, bytes]:
        if changed := self._code.changed():
            print(f"reloaded after a change of {', '.join(changed)}")
        self.deadline = context.deadline
        # Lambda kills a function that times out, and so does this signal's default action. The function may
        # have replaced the action for a timer of its own, so it is set before each invocation.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, max(context.deadline - time.time(), SHORTEST_TIMER_SECONDS))
        try:
            return self._call_handler(event, context)
        except Exception as error:
            traceback.print_exc()
            return "error", f"{type(error).__name__}: {error}".encode(errors="replace")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.deadline = None

    def _call_handler(self, event: Any, context: Context) -> tuple[str, bytes]:
        try:
            handler = self._code.handler()
        except Exception as error:
            reason = import_failure(self._function.handler, error)
            print(f"[ERROR] {reason}")
            traceback.print_exc()
            return "error", reason.encode(errors="replace")
        result = handler(event, context)
        try:
            return "response", json.dumps(result, default=_number).encode()
        except (TypeError, ValueError, RecursionError) as error:
            reason = f"Runtime.MarshalError: Unable to marshal response: {error}"
            print(f"[ERROR] {reason}")
            return "error", reason.encode(errors="replace")

    def _metrics(self) -> str:
        """The metrics that the function printed, as JSON."""
        self._console.end_line()
        return json.dumps(self._console.take_metrics())


def _number(value: object) -> int | float:
    """Converts a Decimal to a number, as Lambda does. Raises TypeError for objects of other types."""
    if not isinstance(value, Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)


def _watch_parent_and_deadline(environment: Environment, backend: Backend) -> None:
    """Kills this process group if its parent ends, or if a function without its timer times out."""
    parent = multiprocessing.parent_process()
    while parent is not None:
        ended = multiprocessing.connection.wait([parent.sentinel], WATCH_SECONDS)
        overdue = environment.deadline is not None and time.time() > environment.deadline + WATCH_SECONDS
        if ended or overdue:
            try:
                if ended:  # a parent that still runs reports the exit itself
                    environment.report_exit(backend)
            finally:
                os.killpg(0, signal.SIGKILL)


def _listen_for_debugger(function: Function, port: int) -> None:
    import debugpy

    debugpy.listen(("127.0.0.1", port))
    print(f"{function.logical_id} accepts a debugger on port {port}, process {os.getpid()}")
