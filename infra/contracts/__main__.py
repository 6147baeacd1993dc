"""Writes infra/contracts/published/: `make contracts`."""

from infra.contracts.published import FOLDER, files


def main() -> None:
    for path, text in files().items():
        file = FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


if __name__ == "__main__":
    main()
