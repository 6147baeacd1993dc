"""The snippets of the documents: fenced blocks, and the commands within sentences."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from infra.shared.root import ROOT

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`")
GENERATED = "infra/contracts/published/"


@dataclass(frozen=True)
class Snippet:
    """A fenced block. Its name is that of the document and of the block's first line."""

    document: str
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.document}: {self.text.partition(' #')[0].partition(chr(10))[0].strip()}"

    @property
    def commands(self) -> list[str]:
        """The lines of a block in which each line is a command, without comments."""
        return [line.partition(" #")[0].strip() for line in self.text.splitlines() if line.strip()]


def documents() -> dict[str, str]:
    """The Markdown files that people write, by path."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return {path: (ROOT / path).read_text() for path in listed if path and not path.startswith(GENERATED)}


def snippets() -> list[Snippet]:
    return [
        Snippet(document, language, text)
        for document, content in documents().items()
        for language, text in _BLOCK.findall(content)
    ]


def commands(program: str) -> Iterator[tuple[str, str]]:
    """Each document, and the first argument of each call of the program in it."""
    for document, content in documents().items():
        prose = _BLOCK.sub("", content)
        texts = [*_INLINE.findall(prose), *(text for _, text in _BLOCK.findall(content))]
        for text in texts:
            for argument in re.findall(rf"(?:^|[\s;&|(/]){program} ([a-z][\w-]*)(?=$|[\s;)])", text, re.M):
                yield document, argument
