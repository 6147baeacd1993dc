"""`python -m infra.local`: the whole choreography on this machine."""

import sys

if __name__ == "__main__":
    # Imported late: the functions' processes import this module, too.
    from infra.local.cli import main

    sys.exit(main())
