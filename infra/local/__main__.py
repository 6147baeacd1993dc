"""`python -m infra.local`: runs all services on this machine."""

import sys
from pathlib import Path

FUNCTIONS = Path(__file__).parents[2] / "functions"

if __name__ == "__main__":
    sys.path.append(str(FUNCTIONS))  # the live page imports Order's statuses
    # Imported here because the functions' processes import this module, too.
    from infra.local.shell import remove_aws_settings

    remove_aws_settings()  # before boto3 and moto read them
    from infra.local.terminals.run import main

    sys.exit(main())
