"""The cache of templates returns the same result as YAML's reader and SAM's translator."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.provisioning import disk_cache, translation
from infra.local.provisioning.template import load
from infra.local.provisioning.translation import translate
from infra.shared.root import ROOT

FUNCTION = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "s3://a/b", "Handler": "f.f"}}


def source(runtime: str = "python3.13") -> dict[str, Any]:
    properties = FUNCTION["Properties"] | {"Runtime": runtime}  # type: ignore[operator]  # it is a dict
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"F": FUNCTION | {"Properties": properties}},
    }


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(disk_cache, "FOLDER", tmp_path / "templates")
    return tmp_path / "templates"


@pytest.fixture
def no_more_translations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches one translation; a later call of the translator fails the test."""
    translate(source(), {})
    monkeypatch.setattr(translation, "_translate", lambda *_: pytest.fail("translated again"))


def cached_files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_cached_template_equals_the_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(ROOT / "template.yaml")
    monkeypatch.setattr(translation, "_translate", lambda *_: pytest.fail("translated again"))
    monkeypatch.setattr(yaml, "load", lambda *_, **__: pytest.fail("read again"))
    cached = load(ROOT / "template.yaml")
    monkeypatch.undo()
    monkeypatch.setattr(disk_cache, "FOLDER", None)
    assert first == cached == load(ROOT / "template.yaml")


def test_a_policy_of_one_template_is_not_in_the_next() -> None:
    def policies(*given: dict[str, Any]) -> list[Any]:
        template = source()
        template["Resources"]["F"]["Properties"] |= {"Policies": list(given)}
        return list(translate(template, {})["Resources"]["FRole"]["Properties"].get("Policies", []))

    read, write = {"DynamoDBReadPolicy": {"TableName": "one"}}, {"DynamoDBWritePolicy": {"TableName": "two"}}
    first, second = policies(read), policies(write)
    assert ["one" in str(first), "two" in str(first)] == [True, False]
    assert ["one" in str(second), "two" in str(second)] == [False, True]


def test_a_translation_needs_no_profile_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "missing")
    assert translate(source(), {})["Resources"]["F"]["Type"] == "AWS::Lambda::Function"


@pytest.mark.usefixtures("no_more_translations")
def test_the_translator_is_called_once() -> None:
    assert translate(source(), {})["Resources"]["F"]["Type"] == "AWS::Lambda::Function"


def test_the_cache_key_has_the_template_the_parameters_and_the_translators_version(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    translate(source(), {})
    translate(source("python3.12"), {})
    translate(source(), {"Stage": "prod"})
    monkeypatch.setattr(translation, "version", lambda _: "another")
    translate(source(), {})
    assert len(cached_files(folder)) == 4


def test_a_corrupt_cache_file_is_replaced(folder: Path) -> None:
    template = translate(source(), {})
    (copy,) = cached_files(folder)
    copy.write_text("{")
    assert translate(source(), {}) == template
    assert copy.read_text() != "{"


def test_the_cache_keeps_the_translations_that_were_used_last(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_cache, "MAX_FILES", 2)
    translate(source(), {})
    [used] = cached_files(folder)
    for number in range(4):
        for age, file in enumerate(sorted(cached_files(folder), key=os.path.getmtime)):
            os.utime(file, (age, age))  # clocks of files are coarse
        translate(source(), {})
        translate(source(), {"Number": str(number)})
        assert used in cached_files(folder)
    assert len(cached_files(folder)) == 2


def test_without_a_writable_folder_there_is_no_cache(folder: Path) -> None:
    folder.write_text("no folder")
    assert translate(source(), {})["Resources"]


def test_a_failed_translation_is_not_cached(folder: Path) -> None:
    with pytest.raises(Exception, match="unknown"):
        translate(
            {"Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {"unknown": 1}}}}, {}
        )
    assert not folder.exists()
