"""What Lambda sets up around a function's code: variables, folder, clock, logging and process.

The variables are those of the Lambda developer guide, "Defined runtime environment variables":
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
"""The text format of Lambda's own handler on the root logger."""

_request_id = ""


def set_up_process(function: Function, host: str, port: int) -> Console:
    """Makes this process the function's; returns its standard output."""
    remove_aws_settings()
    os.environ.update(environment_variables(function, f"{host}:{port}"))
    time.tzset()
    code = function.code.resolve()
    sys.path[:0] = [str(code), *function.layers]
    os.chdir(code)
    console = Console(function.service, sys.__stdout__ or sys.stderr)
    sys.stdout = console
    _log_to(console)
    # Lambda's processes may have children; fork is what Linux uses up to Python 3.13. The fork server is
    # not for them: its processes would lack the variables that are set here.
    multiprocessing.current_process().daemon = False
    multiprocessing.set_start_method("fork", force=True)
    return console


def environment_variables(function: Function, backend: str) -> dict[str, str]:
    """A function's environment variables; Lambda's own win, as their names are reserved."""
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
    """Sets what is different for each invocation."""
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
