"""An execution environment: a process that runs one function, asking the backend for work."""

import http.client
import importlib
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from infra.local.console import Console
from infra.local.context import Context
from infra.local.credentials import CREDENTIALS
from infra.local.stack import Function

RETRY_SECONDS = 0.2

Handler = Callable[[Any, Any], Any]


def work(function: Function, host: str, port: int) -> None:
    """Runs invocations until the parent process ends, or one of them runs out of time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    os.environ.update(
        CREDENTIALS | {"AWS_ENDPOINT_URL": f"http://{host}:{port}"} | dict(function.environment)
    )
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = function.name
    sys.path.insert(0, str(function.code))
    sys.stdout = Console(function.service, sys.__stdout__ or sys.stderr)
    handler = load(function)
    while _parent_lives():
        try:
            _serve(function, handler, http.client.HTTPConnection(host, port))
        except (OSError, http.client.HTTPException):
            time.sleep(RETRY_SECONDS)


def load(function: Function) -> Handler:
    """The function's handler, imported."""
    module, _, name = function.handler.rpartition(".")
    handler: Handler = getattr(importlib.import_module(module), name)
    return handler


def _parent_lives() -> bool:
    parent = multiprocessing.parent_process()
    return parent is None or parent.is_alive()


def _serve(function: Function, handler: Handler, connection: http.client.HTTPConnection) -> None:
    base = f"/_local/runtime/{function.name}/invocation"
    while True:
        connection.request("GET", f"{base}/next")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            return
        context = Context(
            function,
            answer.headers["lambda-runtime-aws-request-id"],
            int(answer.headers["lambda-runtime-deadline-ms"]) / 1000,
        )
        outcome, result = _run(handler, json.loads(body), context)
        connection.request("POST", f"{base}/{context.aws_request_id}/{outcome}", result)
        connection.getresponse().read()


def _run(handler: Handler, event: Any, context: Context) -> tuple[str, bytes]:
    # Lambda kills what runs out of time, whatever it is doing; so does this.
    watchdog = threading.Timer(context.deadline - time.time(), _time_out, [context])
    watchdog.start()
    try:
        return "response", json.dumps(handler(event, context)).encode()
    except Exception as error:
        traceback.print_exc()
        return "error", f"{type(error).__name__}: {error}".encode()
    finally:
        watchdog.cancel()


def _time_out(context: Context) -> None:
    sys.stdout.write(f"{context.function_name} ran out of time after {context.function.timeout_seconds} s\n")
    os._exit(1)
