"""Finds words that make a sentence hard for readers whose first language is not English.

`make lint` checks all prose of the repository: documents, comments, docstrings, messages and test names.
CONTRIBUTING.md has all rules of writing; this program can check only words.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.shared.root import ROOT

INSTEAD = {
    "whoever": "name who acts, such as 'the caller'",
    "whomever": "name who is meant",
    "nobody": "name who does not act, or use the passive with 'no': 'no service reads it'",
    "anew": "again",
    "lest": "so that ... not",
    "heals": "repairs, corrects",
    "put right": "corrected",
    "in vain": "say what happens: 'polls that receive no message'",
    "of no account": "is ignored",
    "be had": "is available",
    "for ever": "say how long, or 'never expires'",
    "what is told": "name the message, and who gets it",
    "hears": "receives",
    "heard": "received, knows",
    "befalls": "name the fault: 'the request fails'",
    "comes again": "is delivered again",
    "not played": "not emulated",
    "be played": "be emulated",
    "played differently": "differs from AWS",
    "as it came": "unchanged",
    "in so many words": "explicitly",
}
"""The words, each with its replacement."""

SUFFIXES = frozenset({".css", ".html", ".in", ".js", ".json", ".md", ".py", ".toml", ".yaml", ".yml"})
ITSELF = ("infra/build/words.py", "tests/docs/test_words.py")
OF_OTHERS = ("package-lock.json",)

_WORDS = re.compile(
    r"(?<![^\W_])(?:" + "|".join(word.replace(" ", r"[\s_]+") for word in INSTEAD) + r")(?![^\W_])",
    re.IGNORECASE,
)


def findings(text: str) -> Iterator[tuple[int, str]]:
    """Line number and word of each finding, in the order of the text. An underscore counts as a space."""
    for match in _WORDS.finditer(text):
        word = re.sub(r"[\s_]+", " ", match[0]).lower()
        yield text.count("\n", 0, match.start()) + 1, word


def files() -> list[Path]:
    """The repository's files with prose that git tracks or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if _is_ours(name)]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def _is_ours(name: str) -> bool:
    if name in ITSELF or name.endswith(OF_OTHERS):
        return False
    return name == "Makefile" or Path(name).suffix in SUFFIXES


def main() -> int:
    """Prints each finding with its place and the replacement. Exit codes: 0 no finding, 1 a finding."""
    found = 0
    for path in files():
        for line, word in findings(path.read_text(encoding="utf-8")):
            print(f"{path.relative_to(ROOT)}:{line}: '{word}': {INSTEAD[word]}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
