"""`make contracts`: writes infra/contracts/published/, unless a change breaks a published contract."""

import sys
from pathlib import Path

from infra.contracts.baseline import FOLDER, check
from infra.contracts.compatibility import Incompatible
from infra.findings.finding import Incomplete
from infra.findings.missing import explained
from infra.findings.resources import of_resources
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.template import load
from infra.local.shell import remove_aws_settings
from infra.samples.loading import InvalidSample, load_samples
from infra.shared.root import ROOT


def main(published: Path = FOLDER) -> None:
    """`published` is the folder of the contracts that must not break."""
    remove_aws_settings()
    try:
        if lacking := list(of_resources(load(ROOT / "template.yaml"))):
            raise Incomplete(lacking)
        check(published)  # before the samples: it names the version to take, where a sample only fails
        load_samples()
        _write()
    except TemplateError as error:
        sys.exit(f"No file was written: {explained(error)}")
    except (Incompatible, Incomplete, InvalidSample) as error:
        sys.exit(f"No file was written: {error}")


def _write() -> None:
    # Imported here because they import the samples.
    from infra.contracts.published import write
    from infra.findings import project

    project.check()
    write()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
