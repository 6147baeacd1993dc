"""Excerpts of the project: the lines of code that are a safeguard, and the decision that chose it."""

import ast
from typing import Any

from infra.shared.root import ROOT

MOST_LINES = 16


def code(place: str) -> dict[str, Any]:
    """The first lines of a function, class or value.

    `place` is such as `functions/choreography/table.py:write`.
    """
    file, _, name = place.partition(":")
    source = (ROOT / file).read_text()
    lines = source.splitlines()
    found = next(
        each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.stmt) and _name(each) == name
    )
    definition = lines[found.lineno - 1 : found.end_lineno]
    shown, hidden = definition[:MOST_LINES], definition[MOST_LINES:]
    return {"file": file, "line": found.lineno, "lines": shown, "more": len(hidden)}


def decision(file: str) -> dict[str, str]:
    """A decision record: its path, its title, and the text below the title."""
    title, _, text = (ROOT / "docs/decisions" / file).read_text().partition("\n")
    return {"file": f"docs/decisions/{file}", "title": title.removeprefix("# "), "text": text.strip()}


def section(file: str, title: str) -> dict[str, str]:
    """A section of a Markdown document: the text below its heading of level two."""
    _, _, rest = (ROOT / file).read_text().partition(f"\n## {title}\n")
    return {"file": file, "title": title, "text": rest.partition("\n## ")[0].strip()}


def _name(statement: ast.stmt) -> str | None:
    """The name that a statement defines."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return statement.name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return None
