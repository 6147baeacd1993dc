"""A function's code is imported again after one of its files was saved, and only then."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.model.stack import Function
from infra.local.runtime.code import BadHandler, FunctionCode, import_failure, preload
from infra.local.runtime.imports import imported_files


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


def code(source: Path) -> FunctionCode:
    return FunctionCode(Function("f", "F", "arn", "played.handler", source, {}, 3, 128))


def save(path: Path, text: str) -> None:
    """Saves a file with a later modification time."""
    later = path.stat().st_mtime_ns + 1_000_000_000
    path.write_text(text)
    os.utime(path, ns=(later, later))


def test_unchanged_code_is_not_imported_again(source: Path) -> None:
    mine = code(source)
    assert mine.handler() is mine.handler()


def test_a_saved_module_that_the_handler_uses_is_imported_again(source: Path) -> None:
    mine = code(source)
    assert mine.handler()(None, None) == 1
    save(source / "answers.py", "ANSWER = 2\n")
    assert mine.changed() == ["answers.py"]
    assert mine.handler()(None, None) == 2
    assert mine.changed() == []


def test_a_caller_that_has_read_the_changes_gives_them_to_the_handler(source: Path) -> None:
    """Looking for changed files is a tenth of a short invocation, so the worker does it once."""
    mine = code(source)
    assert mine.handler()(None, None) == 1
    save(source / "answers.py", "ANSWER = 2")
    assert mine.handler([])(None, None) == 1
    assert mine.handler(mine.changed())(None, None) == 2


def test_an_import_error_is_raised_until_the_code_is_corrected(source: Path) -> None:
    mine = code(source)
    mine.handler()
    save(source / "answers.py", "ANSWER = \n")
    for _ in range(2):
        with pytest.raises(SyntaxError):
            mine.handler()
    save(source / "answers.py", "ANSWER = 3\n")
    assert mine.handler()(None, None) == 3


def test_a_file_that_is_saved_while_it_is_imported_is_a_change(source: Path) -> None:
    answers = source / "answers.py"
    answers.write_text(
        f"from pathlib import Path\nPath({str(answers)!r}).write_text('ANSWER = 2')\nANSWER = 1\n"
    )
    mine = code(source)
    assert mine.handler()(None, None) == 1
    assert mine.changed() == ["answers.py"]
    assert mine.handler()(None, None) == 2


@pytest.mark.parametrize("repair", ["answers.py", "missing.py"])
def test_a_saved_file_that_may_correct_a_failed_import_is_a_change(source: Path, repair: str) -> None:
    (source / "answers.py").write_text("from missing import ANSWER\n")
    mine = code(source)
    with pytest.raises(ImportError):
        mine.handler()
    assert mine.changed() == []
    (source / repair).write_text("ANSWER = 12\n")
    assert mine.changed() == [repair]
    assert mine.handler()(None, None) == 12
    sys.modules.pop("missing", None)


@pytest.mark.parametrize(
    "statement",
    [
        "import shop.answers",
        "from shop import answers",
        "from shop.answers import ANSWER",
        "def later():\n    from shop import answers",
        "from .answers import ANSWER",
        "from . import answers",
    ],
)
def test_the_files_that_a_module_imports_are_found_in_its_source(tmp_path: Path, statement: str) -> None:
    files = {name: tmp_path / "shop" / f"{name}.py" for name in ("__init__", "handler", "answers", "other")}
    (tmp_path / "shop").mkdir()
    for file in files.values():
        file.touch()
    files["handler"].write_text(f"import json\n{statement}\n")
    found = imported_files("shop.handler", tmp_path)
    assert found == {files["__init__"], files["handler"], files["answers"]}


@pytest.mark.parametrize(
    ("handler", "text", "reason"),
    [
        ("played", "", "Runtime.MalformedHandlerName: Bad handler 'played'"),
        ("played.no", "", "Runtime.HandlerNotFound: Handler 'no' missing on module 'played'"),
        (
            "played.handler",
            "import gone",
            "Runtime.ImportModuleError: Unable to import module 'played': No mod",
        ),
        ("a/b.handler", "", "Runtime.ImportModuleError: Unable to import module 'a/b': No module named 'a'"),
        (
            "played.handler",
            "def",
            "Runtime.UserCodeSyntaxError: Syntax error in module 'played': invalid syn",
        ),
        ("played.handler", "1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_an_import_error_has_the_message_of_lambda(
    source: Path, handler: str, text: str, reason: str
) -> None:
    (source / "played.py").write_text(f"{text}\n")
    with pytest.raises((BadHandler, ImportError, SyntaxError, ZeroDivisionError)) as error:
        FunctionCode(Function("f", "F", "arn", handler, source, {}, 3, 128)).handler()
    assert import_failure(handler, error.value).startswith(reason)


# ---------------------------------------------------------------- preloaded decisions and contracts


@pytest.fixture
def preloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A service's folder whose decisions are preloaded. Its handler is not."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr("infra.local.runtime.code._preloaded", {})
    service = tmp_path / "code" / "played"
    service.mkdir(parents=True)
    (service / "decisions.py").write_text("ANSWER = 1\n")
    (service / "consumer.py").write_text(
        "from played.decisions import ANSWER\n\n\ndef handler(event, context):\n    return ANSWER\n"
    )
    before = list(sys.path)
    preload(service.parent, ["*/decisions.py"])
    assert sys.path == before
    monkeypatch.syspath_prepend(service.parent)
    yield service
    for name in [name for name in sys.modules if name.partition(".")[0] == "played"]:
        del sys.modules[name]


def consumer(root: Path) -> FunctionCode:
    return FunctionCode(Function("f", "F", "arn", "played.consumer.handler", root, {}, 3, 128))


def test_preloaded_decisions_are_not_imported_again(preloaded: Path) -> None:
    decisions = sys.modules["played.decisions"]
    assert consumer(preloaded.parent).handler()(None, None) == 1
    assert sys.modules["played.decisions"] is decisions


def test_preloaded_decisions_that_were_saved_are_imported_again(preloaded: Path) -> None:
    save(preloaded / "decisions.py", "ANSWER = 2\n")
    assert consumer(preloaded.parent).handler()(None, None) == 2


def test_a_function_is_not_reloaded_after_a_change_of_code_that_only_others_import(preloaded: Path) -> None:
    (preloaded / "relay.py").write_text("def handler(event, context):\n    return 4\n")
    relay = FunctionCode(Function("f", "F", "arn", "played.relay.handler", preloaded.parent, {}, 3, 128))
    loaded = relay.handler()
    save(preloaded / "decisions.py", "ANSWER = 2\n")
    assert relay.changed() == []
    assert relay.handler() is loaded


def test_decisions_of_another_folder_replace_the_preloaded_ones(
    preloaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "guest"
    (own / "played").mkdir(parents=True)
    (own / "played" / "decisions.py").write_text("ANSWER = 3\n")
    (own / "played" / "consumer.py").write_text((preloaded / "consumer.py").read_text())
    monkeypatch.syspath_prepend(own)
    assert consumer(own).handler()(None, None) == 3


def test_preload_ignores_decisions_that_cannot_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.local.runtime.code._preloaded", {})
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "decisions.py").write_text("ANSWER = \n")
    preload(tmp_path, ["*/decisions.py"])
    assert "wrong.decisions" not in sys.modules
