"""Makes code bundles from the packages that are installed here, for this Python version.

`sam build` makes bundles for Lambda's Python version instead. The bundles have no bytecode until the first
start.
"""

import re
import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from infra.build.slim import called, slim
from infra.local.provisioning.template import load
from infra.shared.root import ROOT

MEGA = 1_000_000


def deployed(bundle: Path) -> None:
    """Makes the bundle of every function as `make sam-build` does: the code and its requirements, slimmed."""
    template = load(ROOT / "template.yaml")
    (code,) = set(template.code.values())
    add_packages(bundle, *_names((code / "requirements.in").read_text().splitlines()))
    shutil.copytree(code, bundle, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    slim(bundle, called(template))


def add_packages(bundle: Path, *names: str) -> None:
    """Adds packages and their requirements to the bundle."""
    for name in _with_requirements(names):
        for file in distribution(name).files or []:
            if ".." not in file.parts and file.suffix != ".pyc":
                path = bundle / file
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), path)


def megabytes(bundle: Path) -> float:
    """The size of the unpacked bundle without bytecode."""
    paths = [path for path in bundle.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths) / MEGA


def _with_requirements(names: tuple[str, ...]) -> set[str]:
    found, left = set[str](), set(names)
    while left:
        name = left.pop()
        found.add(name)
        needed = distribution(name).requires or []
        left |= {other for other in _names(needed) if _is_installed(other)} - found
    return found


def _names(requirements: list[str]) -> list[str]:
    """The names of the required packages, without extras, comments and versions."""
    plain = (line for line in requirements if line and not line.startswith("#") and "extra ==" not in line)
    return [re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in plain]


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False  # required only by another Python version or another system
    return True
