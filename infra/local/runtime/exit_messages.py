"""Lambda's error messages for a process that ended without an answer.

The messages were recorded on AWS in https://github.com/floci-io/floci/issues/3314. Lambda reports a signal as
"Runtime exited with error: signal: killed".
"""

import signal

ExitStatus = int | None
"""The exit status of a process; a negative signal number if a signal ended it; None if it is unknown."""

TIMED_OUT = -signal.SIGALRM
"""The status of a process that its timer ended at the function's timeout."""


def timed_out(request_id: str, timeout_seconds: float) -> str:
    """The error message of an invocation that timed out."""
    return (
        f"Sandbox.Timedout: RequestId: {request_id} Error: Task timed out after {timeout_seconds:.2f} seconds"
    )


def process_exited(request_id: str, status: ExitStatus) -> str:
    """The error message of an invocation whose process ended."""
    return f"Runtime.ExitError: RequestId: {request_id} Error: {describe_exit(status)}"


def describe_exit(status: ExitStatus) -> str:
    """The exit status as text."""
    if not status:
        return "Runtime exited without providing a reason"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    # macOS adds the signal's number to its name.
    name = (signal.strsignal(-status) or str(-status)).partition(":")[0]
    return f"Runtime exited with error: signal: {name.lower()}"
