"""`python -m infra.cli`: the command `choreo`."""

import sys
from pathlib import Path

FUNCTIONS = Path(__file__).parents[2] / "functions"

if __name__ == "__main__":
    sys.path.append(str(FUNCTIONS))  # the commands import statuses and contracts of the services

    from infra.cli.main import main

    sys.exit(main())
