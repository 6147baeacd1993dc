"""SAM's translation is kept, and is what it would be if it were not."""

from pathlib import Path
from typing import Any

import pytest

from infra.local.in_process import ROOT
from infra.local.provisioning import translation
from infra.local.provisioning.template import load
from infra.local.provisioning.translation import translated

FUNCTION = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "s3://a/b", "Handler": "f.f"}}


def source(runtime: str = "python3.13") -> dict[str, Any]:
    properties = FUNCTION["Properties"] | {"Runtime": runtime}  # type: ignore[operator]  # it is a dict
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"F": FUNCTION | {"Properties": properties}},
    }


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(translation, "FOLDER", tmp_path / "translations")
    return tmp_path / "translations"


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, the translator is not to be asked."""
    translated(source(), {})
    monkeypatch.setattr(translation, "_translate", lambda *_: pytest.fail("translated again"))


def copies(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_the_templates_kept_translation_is_the_translators_own(monkeypatch: pytest.MonkeyPatch) -> None:
    made = load(ROOT / "template.yaml")
    kept = load(ROOT / "template.yaml")
    monkeypatch.setattr(translation, "FOLDER", None)
    assert made == kept == load(ROOT / "template.yaml")


@pytest.mark.usefixtures("never")
def test_it_is_not_made_twice() -> None:
    assert translated(source(), {})["Resources"]["F"]["Type"] == "AWS::Lambda::Function"


def test_another_template_parameter_or_translator_has_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    translated(source(), {})
    translated(source("python3.12"), {})
    translated(source(), {"Stage": "prod"})
    monkeypatch.setattr(translation, "version", lambda _: "another")
    translated(source(), {})
    assert len(copies(folder)) == 4


def test_a_broken_copy_is_made_again(folder: Path) -> None:
    made = translated(source(), {})
    (copy,) = copies(folder)
    copy.write_text("{")
    assert translated(source(), {}) == made
    assert copy.read_text() != "{"


def test_only_the_last_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "KEPT", 2)
    for number in range(4):
        translated(source(), {"Number": str(number)})
    assert len(copies(folder)) == 2


def test_a_folder_that_cannot_be_written_to_costs_only_the_time(folder: Path) -> None:
    folder.write_text("no folder")
    assert translated(source(), {})["Resources"]


def test_what_is_wrong_is_not_kept(folder: Path) -> None:
    with pytest.raises(Exception, match="unknown"):
        translated(
            {"Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {"unknown": 1}}}}, {}
        )
    assert not folder.exists()
