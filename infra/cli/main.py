"""The entry point of `choreo`."""

import os
import sys

from infra.cli import delegated

INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 done, 1 not found or not ended, 2 a mistake that the user can correct, 130 Ctrl-C."""
    given = sys.argv[1:] if argv is None else argv
    try:
        if given and given[0] in delegated.DELEGATED:
            return delegated.run(given)
        from infra.cli import commands  # imported late: the local run does not need these clients

        return commands.run(given)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader closed the pipe; the rest of the buffer must not raise again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
