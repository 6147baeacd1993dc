"""`make samples`: writes events/."""

import sys

from infra.local.shell import remove_aws_settings
from infra.samples.loading import InvalidSample, load_samples
from infra.shared.root import ROOT


def main() -> None:
    remove_aws_settings()
    try:
        load_samples()
    except InvalidSample as error:
        sys.exit(f"No file was written: {error}")
    from infra.samples.files import samples, text  # only now: it imports the samples

    for path, payload in samples().items():
        file = ROOT / "events" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(payload))


if __name__ == "__main__":
    main()
