"""Ends a process with the process that started it, also if SIGKILL ends that one. Works on Linux and macOS.

The standard input of the started process is a pipe, and the starter holds its write end. The kernel closes
the write end when the starter ends, however it ends.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

VARIABLE = "CHOREO_ENDS_WITH_STDIN"
END_SECONDS = 60


@contextmanager
def started(
    module: str,
    arguments: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    stderr: "IO[bytes] | int" = subprocess.DEVNULL,
) -> "Iterator[subprocess.Popen[bytes]]":
    """Runs a Python module that calls `end_with_parent`, within the context.

    Its standard output is dropped. The default environment is that of this process. At the end, the module
    gets SIGTERM and END_SECONDS.
    """
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env={**(os.environ if environment is None else environment), VARIABLE: "yes"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(END_SECONDS)
            # Leaving the inner context closes the standard input, which ends the process at once.


def end_with_parent() -> None:
    """Makes this process end with its parent, if `started` started it. Its children do not inherit this."""
    if os.environ.pop(VARIABLE, None) is not None:
        threading.Thread(target=_end_with_stdin, name="parent", daemon=True).start()


def _end_with_stdin() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)  # at once, also during the start, when SIGTERM is ignored
