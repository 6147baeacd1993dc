"""The words in which Lambda reports a process that ended without an answer.

The types and sentences are those that Lambda answers (recorded on AWS in
https://github.com/floci-io/floci/issues/3314; signals as in "Runtime exited with error: signal: killed").
"""

import signal

ExitStatus = int | None
"""A process's exit status; minus the number of the signal that ended it; None where it is not known."""

TIMED_OUT = -signal.SIGALRM
"""The status of a process that its own timer ended, at the end of its function's timeout."""


def timed_out(request_id: str, timeout_seconds: float) -> str:
    """The failure of an invocation that reached its function's timeout."""
    return (
        f"Sandbox.Timedout: RequestId: {request_id} Error: Task timed out after {timeout_seconds:.2f} seconds"
    )


def process_exited(request_id: str, status: ExitStatus) -> str:
    """The failure of an invocation whose process ended."""
    return f"Runtime.ExitError: RequestId: {request_id} Error: {describe_exit(status)}"


def describe_exit(status: ExitStatus) -> str:
    """What a process's exit status says, for people."""
    if not status:
        return "Runtime exited without providing a reason"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    # macOS adds the signal's number to its name.
    name = (signal.strsignal(-status) or str(-status)).partition(":")[0]
    return f"Runtime exited with error: signal: {name.lower()}"
