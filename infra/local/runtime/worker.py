"""An execution environment: a process that runs one function and asks the backend for invocations."""

import contextlib
import json
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from infra.local.model.call_faults import CallFault
from infra.local.model.stack import Function
from infra.local.reporting import failures
from infra.local.reporting.console import Console
from infra.local.runtime import call_faults, process_setup
from infra.local.runtime.code import FunctionCode, Handler, import_failure
from infra.local.runtime.connection import BackendConnection
from infra.local.runtime.context import Context
from infra.local.runtime.reloader import Reloader

RETRY_SECONDS = 0.2
SHORTEST_TIMER_SECONDS = 0.001
"""A timer of zero seconds would be switched off."""
WATCH_SECONDS = 1.0
METRICS_HEADER = "x-metrics"
"""The header with the metrics that a function printed."""
ENVIRONMENT_HEADER = "x-environment"
"""The header with the id of the execution environment that asks for an invocation."""
CALL_FAULTS_HEADER = "x-call-faults"
"""The header with the faults of this function's AWS calls, as JSON."""
TIMEOUT_HEADER = "x-timeout-seconds"
"""The header with the timeout of a function under a debugger."""
DEBUG_SECONDS = 900
"""The timeout of a function under a debugger: Lambda's maximum."""


Setup = Callable[[], None]
"""Changes a function's process before it imports the function. Such a process does not reload code."""


def work(
    function: Function,
    host: str,
    port: int,
    environment_id: str,
    debug_port: int | None,
    setup: Setup | None = None,
) -> None:
    """Runs invocations until the parent process ends or an invocation times out."""
    # An own process group: the parent handles Ctrl-C, and kills the function's child processes with it.
    os.setpgrp()
    environment = Environment(
        function, environment_id, debugged=debug_port is not None, reloads=setup is None
    )
    reloader = Reloader(environment.outdated, lambda: environment.reload(BackendConnection(host, port)))
    threading.Thread(
        target=_watch, args=(environment, reloader, BackendConnection(host, port)), daemon=True
    ).start()
    console = process_setup.set_up_process(function, host, port)
    if debug_port is not None:
        _listen_for_debugger(function, debug_port)
    connection = BackendConnection(host, port)
    if setup is not None:
        setup()
    environment.prepare(console)
    environment.send_documents(connection)
    reloader.busy = False
    while True:
        try:
            environment.serve(connection)
        except OSError:
            connection.close()
            time.sleep(RETRY_SECONDS)


class BadCode(Exception):
    """The function's code cannot be imported; the message is the one of Lambda."""


class Environment:
    """Runs one function, one invocation at a time."""

    def __init__(self, function: Function, environment_id: str, *, debugged: bool, reloads: bool) -> None:
        self._function, self._id, self._debugged, self._reloads = function, environment_id, debugged, reloads
        self._root = function.code.resolve()
        self.deadline: float | None = None
        """The deadline of the current invocation, in seconds since the epoch."""
        self._code: FunctionCode | None = None

    def prepare(self, console: Console) -> None:
        """Imports the function's code. Prints an error, which each invocation then reports, too."""
        self._console, self._code = console, FunctionCode(self._function, reloads=self._reloads)
        with contextlib.suppress(BadCode):
            self._handler()

    def outdated(self) -> bool:
        """Whether the code was saved after its import and no invocation runs."""
        return self.deadline is None and self._code is not None and bool(self._code.changed())

    def reload(self, backend: BackendConnection) -> None:
        """Imports the code in its last saved version. Tells the backend, also about an error."""
        with contextlib.suppress(BadCode):
            self._handler()
        self.send_documents(backend)
        backend.close()

    def serve(self, backend: BackendConnection) -> None:
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
            self._console.request_id = context.aws_request_id
            faults = [CallFault.from_json(each) for each in json.loads(headers.get(CALL_FAULTS_HEADER, "[]"))]
            call_faults.current.expect(faults, partial(self._claim, backend))
            outcome, result = self._run(json.loads(answer.body), context)
            documents = {METRICS_HEADER: self._documents()}
            backend.request("POST", f"{base}/{context.aws_request_id}/{outcome}", result, documents)

    def report_exit(self, backend: BackendConnection) -> None:
        """Tells the backend that this environment ends because its parent process has ended."""
        path = f"runtime/{self._function.name}/environments/{self._id}/exit"
        backend.request("POST", path, b"null")

    def _claim(self, backend: BackendConnection, fault: CallFault) -> bool:
        """Tells the backend that the fault happens now. Returns False if it happened in another process."""
        path = f"runtime/{self._function.name}/call-faults/{fault.id}"
        return bool(json.loads(backend.request("POST", path).body)["claimed"])

    def _run(self, event: Any, context: Context) -> tuple[str, bytes]:
        self.deadline = context.deadline
        # Lambda kills a function that times out, and so does this signal's default action. The function may
        # have replaced the action for a timer of its own, so it is set before each invocation.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, max(context.deadline - time.time(), SHORTEST_TIMER_SECONDS))
        try:
            return self._call_handler(event, context)
        except BadCode as error:
            return "error", str(error).encode(errors="replace")
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            self._console.log(failures.entry(error, self._root, f"invocation failed: {reason}"))
            return "error", reason.encode(errors="replace")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.deadline = None

    def _call_handler(self, event: Any, context: Context) -> tuple[str, bytes]:
        result = self._handler()(event, context)
        try:
            return "response", json.dumps(result, default=_number).encode()
        except (TypeError, ValueError, RecursionError) as error:
            reason = f"Runtime.MarshalError: Unable to marshal response: {error}"
            print(f"[ERROR] {reason}")
            return "error", reason.encode(errors="replace")

    def _handler(self) -> Handler:
        """Imports the handler, after a change again. Tells the backend what happened to the code.

        Raises BadCode if the import fails.
        """
        assert self._code is not None, "prepare() comes first"
        changed = self._code.changed()
        try:
            handler = self._code.handler(changed)
        except Exception as error:
            reason = import_failure(self._function.handler, error)
            entry = failures.entry(error, self._root, reason)
            self._console.log(entry)
            self._tell_code(changed, failures.of_record(entry, self._root))
            raise BadCode(reason) from error
        if changed:
            print(f"reloaded after a change of {', '.join(changed)}")
            self._tell_code(changed, None)
        return handler

    def _tell_code(self, changed: list[str], failure: dict[str, Any] | None) -> None:
        """Tells the backend that the code was loaded, or with a failure that it cannot be."""
        names = {"service": self._function.service, "function": self._function.logical_id}
        self._console.add_document(
            {"code": {**names, "changed": changed, "failure": failure and {**failure, **names}}}
        )

    def _documents(self) -> str:
        """The documents of the console, as JSON."""
        self._console.end_line()
        return json.dumps(self._console.take_documents())

    def send_documents(self, backend: BackendConnection) -> None:
        """Sends the documents of the console now. Drops them if no backend answers."""
        self._console.end_line()
        if documents := self._console.take_documents():
            with contextlib.suppress(OSError):
                backend.request("POST", "metrics", json.dumps(documents).encode())


def _number(value: object) -> int | float:
    """Converts a Decimal to a number, as Lambda does. Raises TypeError for objects of other types."""
    if not isinstance(value, Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)


def _watch(environment: Environment, reloader: Reloader, backend: BackendConnection) -> None:
    """Reloads changed code. Kills this process group if its parent ends, or if a function without its timer
    times out.
    """
    parent = multiprocessing.parent_process()
    while parent is not None:
        ended = multiprocessing.connection.wait([parent.sentinel], WATCH_SECONDS)
        with contextlib.suppress(OSError):  # the folder of the code may be deleted
            reloader.check()
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
