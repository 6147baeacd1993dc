"""How large a function's bundle is: its code, and the installed packages that it is built with."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

MEGA = 1_000_000


def megabytes(code: Path | None) -> float:
    """Unpacked and without bytecode, as SAM builds it; without code, what boto3 alone takes."""
    wanted = ["boto3"] if code is None else _names((code / "requirements.in").read_text().splitlines())
    size = sum(_size(name) for name in _with_what_they_need(wanted))
    if code is not None:
        size += sum(path.stat().st_size for path in code.rglob("*.py"))
    return size / MEGA


def _with_what_they_need(names: list[str]) -> set[str]:
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


def _size(name: str) -> int:
    paths = [Path(str(file.locate())) for file in distribution(name).files or []]
    return sum(path.stat().st_size for path in paths if path.suffix != ".pyc" and path.exists())
