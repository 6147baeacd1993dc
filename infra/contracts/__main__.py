"""`make contracts`: writes infra/contracts/published/, unless a change breaks a published contract."""

import sys

from infra.contracts.compatibility import Incompatible
from infra.contracts.published import check, write
from infra.findings import project
from infra.findings.finding import Incomplete
from infra.local.provisioning.errors import TemplateError
from infra.local.shell import remove_aws_settings


def main() -> None:
    remove_aws_settings()
    try:
        project.check()
        check()
    except (Incompatible, Incomplete, TemplateError) as error:
        sys.exit(f"No file was written. {error}")
    write()


if __name__ == "__main__":
    main()
