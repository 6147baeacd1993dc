"""A function's code is imported again when a file of it was saved, and only then."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.code import Code
from infra.local.stack import Function


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "played.py").write_text(
        "from answers import ANSWER\n\n\ndef handler(event, context):\n    return ANSWER\n"
    )
    (tmp_path / "answers.py").write_text("ANSWER = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield tmp_path
    for name in ("played", "answers"):
        sys.modules.pop(name, None)


def code(source: Path) -> Code:
    return Code(Function("f", "F", "arn", "played.handler", source, {}, 3, 128))


def save(path: Path, text: str) -> None:
    """Saves a file, visibly later than before."""
    later = path.stat().st_mtime_ns + 1_000_000_000
    path.write_text(text)
    os.utime(path, ns=(later, later))


def test_what_was_not_saved_is_not_imported_again(source: Path) -> None:
    mine = code(source)
    assert mine.handler() is mine.handler()


def test_a_saved_module_that_the_handler_uses_is_imported_again(source: Path) -> None:
    mine = code(source)
    assert mine.handler()(None, None) == 1
    save(source / "answers.py", "ANSWER = 2\n")
    assert mine.changed() == ["answers.py"]
    assert mine.handler()(None, None) == 2
    assert mine.changed() == []


def test_a_mistake_is_raised_until_it_is_put_right(source: Path) -> None:
    mine = code(source)
    mine.handler()
    save(source / "answers.py", "ANSWER = \n")
    for _ in range(2):
        with pytest.raises(SyntaxError):
            mine.handler()
    save(source / "answers.py", "ANSWER = 3\n")
    assert mine.handler()(None, None) == 3
