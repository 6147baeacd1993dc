"""Answers of real AWS that others recorded: facts to compare ours with, kept outside the project."""

import json
import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "recorded"
"""Its README names the sources and explains the entries."""

PLACEHOLDER = re.compile(r"<[^>]+>|\b111111111111\b|\bsender-id\b|\bsent-timestamp\b")
"""The recorder put these for values that change; the number is every account's id."""


def answers(name: str) -> Any:
    """The content of `<name>.json`. Skips the calling test, or the whole file, where the folder is absent."""
    file = FOLDER / f"{name}.json"
    if not file.exists():
        pytest.skip(f"the recorded answers of AWS are absent: no {file}", allow_module_level=True)
    return json.loads(file.read_text())


def differences(recorded: Any, ours: Any) -> list[str]:
    """Where our answer differs from the recorded one, as `path: recorded, ours`.

    A placeholder stands for any value, and one with a number (`<uuid:1>`) for the same value everywhere.
    """
    return list(_differences(recorded, ours, "", {}))


def _differences(recorded: Any, ours: Any, path: str, known: dict[str, Any]) -> Iterator[str]:
    if isinstance(recorded, dict) and isinstance(ours, dict):
        for name in sorted(recorded.keys() | ours.keys()):
            pair = recorded.get(name, _ABSENT), ours.get(name, _ABSENT)
            yield from _differences(*pair, f"{path}.{name}", known)
    elif isinstance(recorded, list) and isinstance(ours, list):
        for number, pair in enumerate(zip_longest(recorded, ours, fillvalue=_ABSENT)):
            yield from _differences(*pair, f"{path}[{number}]", known)
    elif not _agree(recorded, ours, known):
        yield f"{path}: {recorded!r}, {ours!r}"


def _agree(recorded: Any, ours: Any, known: dict[str, Any]) -> bool:
    if not isinstance(recorded, str) or not PLACEHOLDER.search(recorded):
        return type(recorded) is type(ours) and bool(recorded == ours)
    if not isinstance(ours, str | int | float):
        return False
    if PLACEHOLDER.fullmatch(recorded) and ":" in recorded:
        return bool(known.setdefault(recorded, ours) == ours)
    pattern = ".+".join(map(re.escape, PLACEHOLDER.split(recorded)))
    return re.fullmatch(pattern, str(ours), re.DOTALL) is not None


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()
