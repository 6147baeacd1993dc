"""Each lock file has every declared package, in a version within the declared range."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.shared.root import ROOT

LOCKED = re.compile(r"^([\w.-]+)==([\w.+!-]+)", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FILES = sorted(path for folder in ("functions", "infra", "tests") for path in ROOT.glob(f"{folder}/**/*.in"))


def wanted(path: Path) -> Iterator[Requirement]:
    """Yield the packages that a requirements file declares, with those of the files that it references."""
    for line in path.read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            yield from wanted(path.parent / text.removeprefix("-r "))
        elif text:
            yield Requirement(text)


def group(*names: str) -> list[Requirement]:
    return [Requirement(text) for name in names for text in PROJECT["dependency-groups"][name]]


def lacking(requirements: list[Requirement], lock: Path) -> list[str]:
    """Return the requirements that a lock file does not meet."""
    locked = {canonicalize_name(name): version for name, version in LOCKED.findall(lock.read_text())}
    return [
        str(each)
        for each in requirements
        if not each.specifier.contains(locked.get(canonicalize_name(each.name), "0"))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lock_file_meets_the_requirements_of_its_declaration(path: Path) -> None:
    assert lacking(list(wanted(path)), path.with_suffix(".txt")) == []


@pytest.mark.parametrize(
    ("requirements", "lock"),
    [
        (
            [*map(Requirement, PROJECT["project"]["dependencies"]), *group("build", "local", "test")],
            "requirements.txt",
        ),
        (group("lint", "browser"), "infra/build/checks.txt"),
    ],
)
def test_a_lock_file_meets_the_requirements_of_the_project(
    requirements: list[Requirement], lock: str
) -> None:
    assert lacking(requirements, ROOT / lock) == []
