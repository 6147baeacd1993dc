"""`python -m infra.findings`: prints what the project lacks. Exit code 1 if it lacks anything."""

import sys

from infra.local.provisioning.errors import TemplateError
from infra.local.shell import remove_aws_settings
from infra.samples.loading import InvalidSample, load_samples


def main() -> int:
    remove_aws_settings()
    try:
        load_samples()
        from infra.findings.project import findings  # only now: it imports the samples

        found = findings()
    except (InvalidSample, TemplateError) as error:
        print(error)
        return 1
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
