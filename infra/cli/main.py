"""What `choreo` was asked for, and its exit code."""

import os
import sys

from infra.cli import elsewhere

INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 done, 1 not found or not ended, 2 a mistake that the caller can mend, 130 Ctrl-C."""
    given = sys.argv[1:] if argv is None else argv
    try:
        if given and given[0] in elsewhere.ELSEWHERE:
            return elsewhere.run(given)
        from infra.cli import commands  # the local run should not wait for the clients of these

        return commands.run(given)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader closed the pipe; the rest of the buffer must not raise again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
