"""`python -m infra.local`: the whole choreography on this machine."""

import sys

if __name__ == "__main__":
    # Imported late: the functions' processes import this module, too.
    from infra.local.shell import forget_settings

    forget_settings()  # before boto3 and moto read them
    from infra.local.terminals.run import main

    sys.exit(main())
