"""Each Python file of infra/ is short enough to read at once, or its docstring says why it is not."""

import ast
from pathlib import Path

import pytest

from infra.shared.root import ROOT

LIMIT = 250
REASON = f"Over {LIMIT} lines because"
FILES = sorted((ROOT / "infra").rglob("*.py"))


def has_reason(path: Path) -> bool:
    """Return whether the module's docstring has a sentence that begins with REASON."""
    return REASON in " ".join((ast.get_docstring(ast.parse(path.read_text())) or "").split())


def is_acceptable(path: Path) -> bool:
    return len(path.read_text().splitlines()) <= LIMIT or has_reason(path)


def test_a_file_over_the_limit_states_its_reason() -> None:
    too_long = [str(path.relative_to(ROOT)) for path in FILES if not is_acceptable(path)]
    assert not too_long, f"Split the file, or add a sentence to its docstring: '{REASON} ...'"


@pytest.mark.parametrize(
    ("docstring", "lines", "acceptable"),
    [
        ("Sends orders.", LIMIT, True),
        ("Sends orders.", LIMIT + 1, False),
        (f"Sends orders.\n\n{REASON} the specification has one table.", LIMIT + 1, True),
    ],
)
def test_the_limit_counts_lines(tmp_path: Path, docstring: str, lines: int, acceptable: bool) -> None:
    text = f'"""{docstring}"""\n'
    path = tmp_path / "module.py"
    path.write_text(text + "pass\n" * (lines - text.count("\n")))
    assert is_acceptable(path) is acceptable
