"""Edits of Python source: imports, in the form that `ruff format` and its import rules ask for."""

import re

WIDTH = 110


def with_import(text: str, module: str, name: str) -> str:
    """The source with `from module import name`, sorted into the block of imports of our packages."""
    found = re.search(rf"^from {re.escape(module)} import (?:\(([^)]*)\)|(.+))$", text, re.MULTILINE)
    if found is not None:
        names = {part.strip() for part in (found[1] or found[2]).split(",") if part.strip()}
        return text[: found.start()] + import_of(module, names | {name}) + text[found.end() :]
    return sorted_imports(text, import_of(module, {name}))


def import_of(module: str, names: set[str]) -> str:
    """The import statement, in one line if it fits."""
    line = f"from {module} import {', '.join(sorted(names))}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in sorted(names)) + ")"


def function(name: str, parameters: list[str], returned: str) -> str:
    """The head of a function, in one line if it fits."""
    line = f"def {name}({', '.join(parameters)}) -> {returned}:\n"
    if len(line) <= WIDTH + 1:
        return line
    return f"def {name}(\n" + "".join(f"    {each},\n" for each in parameters) + f") -> {returned}:\n"


def listed(before: str, items: list[str], after: str) -> str:
    """A line of `before`, the items and `after`, or one line for each item if it is too long."""
    comma = "," if len(items) == 1 and before.endswith("(") else ""
    line = f"{before}{', '.join(items)}{comma}{after}\n"
    if len(line) <= WIDTH + 1:
        return line
    indent = " " * (len(before) - len(before.lstrip()))
    inner = "".join(f"{indent}    {each},\n" for each in items)
    return f"{before}\n{inner}{indent}{after}\n"


IMPORT = re.compile(r"^from ([\w.]+) import (?:\([^)]*\)|.+)$", re.MULTILINE)


def sorted_imports(text: str, statement: str = "") -> str:
    """The source with its last block of imports sorted, and with this statement in it."""
    found = list(IMPORT.finditer(text))
    first = len(found) - 1
    while first > 0 and text[found[first - 1].end() : found[first].start()] == "\n":
        first -= 1
    block = [each[0] for each in found[first:]] + ([statement] if statement else [])
    ordered = sorted(block, key=lambda each: each.split()[1].split("."))
    return text[: found[first].start()] + "\n".join(ordered) + text[found[-1].end() :]
