"""Ends a process with the process that started it, also if SIGKILL ends that one. Works on Linux and macOS.

The standard input of the started process is a pipe, and the starter holds its write end. The kernel closes
the write end when the starter ends, however it ends.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

VARIABLE = "CHOREO_ENDS_WITH_STDIN"


def start(
    module: str,
    arguments: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    stderr: "IO[bytes] | int" = subprocess.DEVNULL,
) -> "subprocess.Popen[bytes]":
    """Starts a Python module that calls `end_with_parent`. Its standard output is dropped.

    The default environment is that of this process.
    """
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env={**(os.environ if environment is None else environment), VARIABLE: "yes"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
    )


def end_with_parent() -> None:
    """Makes this process end with its parent, if `start` started it. Its own children do not inherit this."""
    if os.environ.pop(VARIABLE, None) is not None:
        threading.Thread(target=_end_with_stdin, name="parent", daemon=True).start()


def _end_with_stdin() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)  # at once, also during the start, when SIGTERM is ignored
