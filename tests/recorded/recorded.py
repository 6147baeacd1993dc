"""Compares our answers with answers that others recorded from AWS, in files outside the project."""

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
"""The recorder replaced values that differ in each run by these. The number stands for every account's id."""


def answers(name: str) -> Any:
    """Return the content of `<name>.json`. Without the folder, skip the calling test or the whole file."""
    file = FOLDER / f"{name}.json"
    if not file.exists():
        pytest.skip(f"the recorded answers of AWS are absent: no {file}", allow_module_level=True)
    return json.loads(file.read_text())


def differences(recorded: Any, ours: Any) -> list[str]:
    """Return the differences between our answer and the recorded one, each as `path: recorded, ours`.

    A placeholder matches any value. One with a number (`<uuid:1>`) matches the same value everywhere.
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
