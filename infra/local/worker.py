"""An execution environment: a process that runs one function, asking the backend for work."""

import http.client
import json
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import time
import traceback
from typing import Any

from infra.local.code import Code
from infra.local.console import Console
from infra.local.context import Context
from infra.local.credentials import CREDENTIALS
from infra.local.stack import Function

VARIABLE = "_X_AMZN_TRACE_ID"
"""The invocation's trace header, which the SDK sends with each call (recursion.py, which would load moto)."""
RETRY_SECONDS = 0.2
SOON_SECONDS = 0.001
"""A timer of no time at all would never ring."""
METRICS = "x-metrics"
"""The header that carries what a function counted."""
DEBUG_SECONDS = 900
"""The time limit of a function under a debugger: the longest that Lambda knows."""


def work(function: Function, host: str, port: int, debug_port: int | None) -> None:
    """Runs invocations until the parent process ends, or one of them runs out of time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGALRM, _time_out)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(
        CREDENTIALS | dict(function.environment) | {"AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    )
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = function.name
    sys.path.insert(0, str(function.code))
    sys.stdout = console = Console(function.service, sys.__stdout__ or sys.stderr)
    if debug_port is not None:
        _listen_for_debugger(function, debug_port)
    environment = Environment(function, console, debugged=debug_port is not None)
    while True:
        try:
            environment.serve(http.client.HTTPConnection(host, port))
        except (OSError, http.client.HTTPException):
            time.sleep(RETRY_SECONDS)


class Environment:
    """One function, one invocation at a time."""

    def __init__(self, function: Function, console: Console, *, debugged: bool) -> None:
        self._function, self._console, self._debugged = function, console, debugged
        self._code = Code(function)
        try:
            self._code.handler()
        except Exception:
            traceback.print_exc()

    def serve(self, connection: http.client.HTTPConnection) -> None:
        """Runs one invocation after the other. Raises OSError or HTTPException when the backend is gone."""
        base = f"/_local/runtime/{self._function.name}/invocation"
        limit = {"x-timeout-seconds": str(DEBUG_SECONDS)} if self._debugged else {}
        while True:
            connection.request("GET", f"{base}/next", headers=limit)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise http.client.HTTPException(f"no work: {answer.status}")
            context = Context(
                self._function,
                answer.headers["lambda-runtime-aws-request-id"],
                int(answer.headers["lambda-runtime-deadline-ms"]) / 1000,
            )
            os.environ[VARIABLE] = answer.headers["lambda-runtime-trace-id"]
            outcome, result = self._run(json.loads(body), context)
            # What it printed for CloudWatch goes with its answer: a request of its own would cost more.
            metrics = {METRICS: json.dumps(self._console.take_metrics())}
            connection.request("POST", f"{base}/{context.aws_request_id}/{outcome}", result, metrics)
            connection.getresponse().read()

    def _run(self, event: Any, context: Context) -> tuple[str, bytes]:
        if changed := self._code.changed():
            print(f"reloaded after a change of {', '.join(changed)}")
        # Lambda kills what runs out of time, whatever it is doing; so does this.
        signal.setitimer(signal.ITIMER_REAL, max(context.deadline - time.time(), SOON_SECONDS))
        try:
            return "response", json.dumps(self._code.handler()(event, context)).encode()
        except Exception as error:
            traceback.print_exc()
            return "error", f"{type(error).__name__}: {error}".encode()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _time_out(*_: object) -> None:
    try:
        sys.stdout.write(f"{os.environ['AWS_LAMBDA_FUNCTION_NAME']} ran out of time\n")
    finally:  # even where the function was just printing
        os._exit(1)


def _listen_for_debugger(function: Function, port: int) -> None:
    import debugpy

    debugpy.listen(("127.0.0.1", port))
    print(f"{function.logical_id} waits for a debugger on port {port}, process {os.getpid()}")
