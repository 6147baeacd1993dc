"""Bundles of the packages that are installed here, and so for this Python, where SAM builds for Lambda's.

They have no bytecode yet: the first start leaves it there.
"""

import re
import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from infra.build.slim import called, slim
from infra.local.in_process import ROOT
from infra.local.provisioning.template import load

MEGA = 1_000_000


def deployed(bundle: Path) -> None:
    """As `make sam-build` has it, for all functions alike: the code, and what it requires, slimmed."""
    template = load(ROOT / "template.yaml")
    (code,) = set(template.code.values())
    add_packages(bundle, *_names((code / "requirements.in").read_text().splitlines()))
    shutil.copytree(code, bundle, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    slim(bundle, called(template))


def add_packages(bundle: Path, *names: str) -> None:
    """And what they need."""
    for name in _with_what_they_need(names):
        for file in distribution(name).files or []:
            if ".." not in file.parts and file.suffix != ".pyc":
                path = bundle / file
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), path)


def megabytes(bundle: Path) -> float:
    """Unpacked, and without bytecode."""
    paths = [path for path in bundle.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths) / MEGA


def _with_what_they_need(names: tuple[str, ...]) -> set[str]:
    found, left = set[str](), set(names)
    while left:
        name = left.pop()
        found.add(name)
        needed = distribution(name).requires or []
        left |= {other for other in _names(needed) if _is_installed(other)} - found
    return found


def _names(requirements: list[str]) -> list[str]:
    """Names of the packages required, without extras, comments and versions."""
    plain = (line for line in requirements if line and not line.startswith("#") and "extra ==" not in line)
    return [re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in plain]


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False  # for another Python or another system
    return True
