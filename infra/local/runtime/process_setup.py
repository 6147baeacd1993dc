"""Sets up a function's process as Lambda does: variables, working directory, time zone, logging, children.

The variables come from the Lambda developer guide, "Defined runtime environment variables":
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
"""

import logging
import multiprocessing
import os
import sys
import time

from infra.local.model.credentials import CREDENTIALS
from infra.local.model.stack import Function
from infra.local.reporting.console import Console
from infra.local.runtime.context import LOG_STREAM, VERSION, Context
from infra.local.shell import remove_aws_settings

LOG_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
"""The text format of the handler that Lambda adds to the root logger."""

_request_id = ""


def set_up_process(function: Function, host: str, port: int) -> Console:
    """Sets up this process for the function. Returns the console that replaces its standard output."""
    remove_aws_settings()
    from infra.local.runtime import backend_calls  # imports botocore, which only functions' processes need

    backend_calls.use(host, port)
    os.environ.update(environment_variables(function, f"{host}:{port}"))
    time.tzset()
    code = function.code.resolve()
    sys.path[:0] = [str(code), *function.layers]
    os.chdir(code)
    console = Console(function.service, sys.__stdout__ or sys.stderr, function.logical_id, code)
    sys.stdout = console
    _log_to(console)
    # A function may start processes, so this process must not be a daemon. Linux forks up to Python 3.13; a
    # process of the fork server would lack the variables that are set here.
    multiprocessing.current_process().daemon = False
    multiprocessing.set_start_method("fork", force=True)
    return console


def environment_variables(function: Function, backend: str) -> dict[str, str]:
    """A function's environment variables. Lambda's variables override others: their names are reserved."""
    return {
        **function.environment,
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": f"http://{backend}",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": VERSION,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": LOG_STREAM,
        "AWS_LAMBDA_RUNTIME_API": backend,
        "LAMBDA_TASK_ROOT": str(function.code.resolve()),
        "TZ": ":UTC",
        "_HANDLER": function.handler,
    }


def begin_invocation(context: Context, trace_id: str | None) -> None:
    """Sets the request id for log lines, and the trace id."""
    global _request_id
    _request_id = context.aws_request_id
    if trace_id is None:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    else:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id


def _log_to(console: Console) -> None:
    handler = logging.StreamHandler(console)
    formatter = logging.Formatter(LOG_FORMAT, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(_with_request_id)
    logging.getLogger().addHandler(handler)


def _with_request_id(record: logging.LogRecord) -> bool:
    record.aws_request_id = _request_id
    return True
