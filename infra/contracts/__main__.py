"""`make contracts`: writes infra/contracts/published/, unless a change breaks a published contract."""

import sys

from infra.contracts.compatibility import Incompatible
from infra.contracts.published import check, write
from infra.local.shell import forget_settings


def main() -> None:
    forget_settings()
    try:
        check()
    except Incompatible as error:
        sys.exit(f"No file was written. {error}")
    write()


if __name__ == "__main__":
    main()
