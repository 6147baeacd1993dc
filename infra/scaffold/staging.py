"""Applies a recipe to a copy of the project, and copies the changed files back once all is well.

The copy also gets what `make samples` and `make contracts` write. A recipe that fails therefore
leaves the project as it was.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.findings.project import findings
from infra.scaffold.errors import Refused
from infra.scaffold.tree import Tree

COPIED = ("functions", "infra", "events", "template.yaml", "pyproject.toml")
GENERATORS = ("infra.samples", "infra.contracts")
"""The second one checks the project as well, and reads the published contracts of the project itself: only
there git knows which ones were committed."""
PUBLISHED = "infra/contracts/published"
GENERATED = ("events", PUBLISHED)


def apply(root: Path, recipe: Callable[[Tree], list[str]]) -> tuple[list[str], list[str]]:
    """Applies a recipe to the project. Returns the written files and what is left to decide.

    Raises Refused if the project has findings already, or would have some after the recipe.
    """
    known = findings()
    if known:
        raise Refused(f"the project has a finding; correct it first: {known[0]}")
    tree = Tree(root)
    left = recipe(tree)
    with _copy(root) as copy:
        tree.write(copy)
        for generator in GENERATORS:
            _run(copy, generator, str(root / PUBLISHED))
        written = sorted({*tree.changed, *_differing(root, copy)})
        for path in written:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(copy / path, root / path)
    return written, left


@contextmanager
def _copy(root: Path) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        copy.mkdir()
        for name in COPIED:
            source = root / name
            if source.is_dir():
                shutil.copytree(
                    source, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.gif")
                )
            else:
                shutil.copyfile(source, copy / name)
        yield copy


def _differing(root: Path, copy: Path) -> Iterator[str]:
    """The generated files whose content in the copy differs."""
    for name in GENERATED:
        files = [copy / name] if (copy / name).is_file() else (copy / name).rglob("*")
        for file in files:
            path = file.relative_to(copy)
            known = root / path
            if file.is_file() and not (known.exists() and known.read_bytes() == file.read_bytes()):
                yield str(path)


def _run(root: Path, module: str, *arguments: str) -> None:
    """Runs a module of the project at `root`, and not of the installed one."""
    path = os.pathsep.join([str(root), str(root / "functions")])
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=root,
        env=os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise Refused(f"{module} fails after the recipe, so no file was written: {last}")
