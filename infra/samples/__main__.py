"""`make samples`: writes events/."""

from infra.local.in_process import ROOT
from infra.local.shell import forget_settings
from infra.samples.files import samples, text


def main() -> None:
    forget_settings()
    for path, payload in samples().items():
        file = ROOT / "events" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(payload))


if __name__ == "__main__":
    main()
