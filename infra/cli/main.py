"""The entry point of `choreo`."""

import os
import sys

from infra.cli import delegated

INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Runs a command. Exit codes: 0 success, 1 not found or not ended, 2 a wrong command, 130 Ctrl-C."""
    given = sys.argv[1:] if argv is None else argv
    try:
        if given and given[0] in delegated.DELEGATED:
            return delegated.run(given)
        if given and given[0] in delegated.COMPLETION:
            from infra.cli import completion

            return completion.main(given[1:])
        from infra.cli import commands  # imported here: the local run does not need these clients

        return commands.run(given)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader closed the pipe. Writing the rest of the buffer at exit must not raise a second error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
