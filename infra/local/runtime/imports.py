"""The files that a function's code imports: the closure over the import statements in its source."""

import ast
from collections.abc import Iterator
from pathlib import Path


def imported_files(module: str, root: Path) -> set[Path]:
    """The files below `root` that a module imports, directly or by other modules, and its own file.

    It reads the source, because a process may have loaded modules that only other functions import.
    """
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        for path in _files(waiting.pop(), root) - found:
            found.add(path)
            waiting += _imports(path, root)
    return found


def _files(module: str, root: Path) -> set[Path]:
    """The file of a module and the `__init__.py` of each package that contains it."""
    parts = module.split(".")
    candidates = [root.joinpath(*parts[:end]) / "__init__.py" for end in range(1, len(parts) + 1)]
    candidates.append(root.joinpath(*parts).with_suffix(".py"))
    return {path for path in candidates if path.is_file()}


def _imports(path: Path, root: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    package = path.relative_to(root).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            if base:
                yield base
            yield from (f"{base}.{name.name}".lstrip(".") for name in node.names)
