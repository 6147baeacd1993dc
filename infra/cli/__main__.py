"""`python -m infra.cli`, which is what `choreo` runs."""

import sys
from pathlib import Path

FUNCTIONS = Path(__file__).parents[2] / "functions"

if __name__ == "__main__":
    sys.path.append(str(FUNCTIONS))  # statuses and contracts are those of the services

    from infra.cli.main import main

    sys.exit(main())
