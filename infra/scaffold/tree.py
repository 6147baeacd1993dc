"""The project's text files as a recipe changes them. Nothing is written before the recipe is complete."""

from pathlib import Path

from infra.scaffold.errors import Refused


class Tree:
    """The files under `root`, with the changes of a recipe in memory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.changed: dict[str, str] = {}

    def read(self, path: str) -> str:
        """The text of a file, with the changes so far. Raises Refused if there is no such file."""
        if path in self.changed:
            return self.changed[path]
        try:
            return (self.root / path).read_text()
        except FileNotFoundError:
            raise Refused(f"{path} is missing: run choreo in the project's folder") from None

    def add(self, path: str, text: str) -> None:
        """Adds a new file. Raises Refused if it exists."""
        if path in self.changed or (self.root / path).exists():
            raise Refused(f"{path} exists already")
        self.changed[path] = text

    def insert(self, path: str, before: str, text: str) -> None:
        """Inserts `text` before the first line that starts with `before`. Raises Refused if there is none."""
        lines = self.read(path).splitlines(keepends=True)
        for number, line in enumerate(lines):
            if line.startswith(before):
                self.changed[path] = "".join([*lines[:number], text, *lines[number:]])
                return
        raise Refused(f"{path} has no line that starts with {before!r}, where the recipe inserts lines")

    def replace(self, path: str, old: str, new: str) -> None:
        """Replaces the first `old`. Raises Refused if there is none."""
        text = self.read(path)
        if old not in text:
            raise Refused(f"{path} has no {old!r}, which the recipe changes")
        self.changed[path] = text.replace(old, new, 1)

    def write(self, root: Path) -> None:
        """Writes the changed files under another root."""
        for path, text in self.changed.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
