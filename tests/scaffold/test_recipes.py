"""Each recipe of `choreo new` adds complete parts and keeps the rest of the project; mistakes are refused."""

import json
import shutil
from difflib import ndiff
from pathlib import Path

import pytest

from infra.findings.resources import of_resources
from infra.local.provisioning.template import load
from infra.scaffold import __main__ as command
from infra.scaffold import staging
from infra.scaffold.code import WIDTH, function, listed, with_import
from infra.scaffold.errors import Refused
from infra.scaffold.tree import Tree
from infra.shared.root import ROOT
from tests.scaffold.recipes import RECIPES, arguments


def applied(name: str) -> Tree:
    """The changes of a recipe, in memory only."""
    tree = Tree(ROOT)
    assert command._recipe(command.parser().parse_args(arguments(name)))(tree)
    return tree


def lines_of(path: str) -> list[str]:
    """The lines of a file of the project; none if a recipe adds it."""
    return (ROOT / path).read_text().splitlines() if (ROOT / path).exists() else []


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_leaves_a_template_that_lacks_nothing(name: str, tmp_path: Path) -> None:
    shutil.copyfile(ROOT / "template.yaml", tmp_path / "template.yaml")
    (tmp_path / "functions").mkdir()
    applied(name).write(tmp_path)
    assert list(map(str, of_resources(load(tmp_path / "template.yaml")))) == []


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_keeps_every_line_and_comment_except_the_lists_that_it_extends(name: str) -> None:
    for path, text in applied(name).changed.items():
        removed = [line[2:] for line in ndiff(lines_of(path), text.splitlines()) if line.startswith("- ")]
        assert all(
            "[" in line or "import" in line or "layers" in line or "version" in line for line in removed
        )
        assert len(removed) <= 6


@pytest.mark.parametrize("name", RECIPES)
def test_the_python_code_of_a_recipe_compiles_and_fits_the_line(name: str) -> None:
    for path, text in applied(name).changed.items():
        if path.endswith(".py"):
            compile(text, path, "exec")
            new = set(text.splitlines()) - set(lines_of(path))
            assert max(map(len, new)) <= WIDTH


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("service Loyalty --on order.placed --publishes a.b", "'Loyalty' cannot be a service's name"),
        ("service order --on order.placed --publishes a.b", "the service order exists already"),
        ("service infra --on order.placed --publishes a.b", "'infra' cannot be a service's name"),
        ("service loyalty --on order.lost --publishes a.b", "there is no event 'order.lost'"),
        (
            "service loyalty --on order.placed --publishes order.placed",
            "the event order.placed exists already",
        ),
        ("service loyalty --on order.placed --publishes placed", "'placed' cannot be an event type"),
        ("service loyalty --on order.placed --publishes a.b --to c", "there is no service 'c'"),
        ("event order.placed --by order --to payment", "the event order.placed exists already"),
        ("event order.gifted --by order --to order", "order publishes order.gifted itself"),
        ("field order.placed currency text", "order.placed has a field currency already"),
        ("field order.placed Colour text", "'Colour' is no name"),
        ("queue order expiry --on order.placed", "functions/order/expiry.py exists already"),
        ("queue order two_words --on order.placed", "'two_words' cannot be a queue's name"),
        (
            "subscription payment order.placed",
            "PaymentFromOrder has order.placed in its filter policy already",
        ),
    ],
)
def test_a_mistake_is_refused_in_one_line_and_nothing_is_written(
    given: str, sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.scaffold.staging.shutil.copyfile", None)  # a write would fail the test
    assert command.main(given.split()) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"choreo new: {sentence}")
    assert told.count("\n") == 1


def test_json_has_the_written_files_and_what_is_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "apply", lambda *_: (["template.yaml"], ["what it does"]))
    assert command.main([*arguments("queue"), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"written": ["template.yaml"], "left": ["what it does"]}


def test_a_recipe_that_fails_half_way_writes_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "GENERATORS", ("infra.nowhere",))
    assert command.main(arguments("service")) == 2
    assert "infra.nowhere fails after the recipe, so no file was written" in capsys.readouterr().err
    assert not (ROOT / "functions" / "loyalty").exists()


def test_a_recipe_refuses_a_project_that_lacks_something(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "findings", lambda: ["AuditQueue has no alarm"])
    assert command.main(arguments("field")) == 2
    told = capsys.readouterr().err
    assert told == "choreo new: the project has a finding; correct it first: AuditQueue has no alarm\n"


def test_a_place_that_a_recipe_does_not_find_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    with pytest.raises(Refused, match=r"a\.py has no line that starts with 'y'"):
        Tree(tmp_path).insert("a.py", "y", "z\n")


def test_long_lines_are_wrapped_as_ruff_format_wraps_them() -> None:
    assert function("f", ["a: int"], "None") == "def f(a: int) -> None:\n"
    assert function("f" * 100, ["a: int", "b: int"], "None").endswith(
        "(\n    a: int,\n    b: int,\n) -> None:\n"
    )
    assert listed("    x = (", ["'a'"], ")") == "    x = ('a',)\n"
    assert listed("    x = (", ["'a'" * 50], ")").count("\n") == 3


def test_an_import_is_sorted_into_its_block() -> None:
    text = "import os\n\nfrom b.c import D\nfrom e import F\n\nx = 1\n"
    assert with_import(text, "b.c", "A") == text.replace("import D", "import A, D")
    assert with_import(text, "a", "Z") == text.replace("from b.c", "from a import Z\nfrom b.c")
    assert with_import(text, "f", "Z") == text.replace("import F\n", "import F\nfrom f import Z\n")
