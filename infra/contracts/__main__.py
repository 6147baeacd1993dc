"""Writes infra/contracts/published/ (`make contracts`). Refuses a change that breaks a published contract."""

import sys

from infra.contracts.compatibility import Incompatible
from infra.contracts.published import check, write
from infra.local.shell import remove_aws_settings


def main() -> None:
    remove_aws_settings()
    try:
        check()
    except Incompatible as refusal:
        sys.exit(f"Nothing was written. {refusal}")
    write()


if __name__ == "__main__":
    main()
