"""The pages of docs/decisions: their form, their index, and the files that they name."""

import re
from pathlib import Path

import pytest

from infra.shared.root import ROOT

FOLDER = ROOT / "docs/decisions"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
HEADINGS = ["Context", "Options", "Decision", "Trade-offs", "Code and tests"]


def name(page: Path) -> str:
    return page.stem


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_decision_has_the_headings_of_all_decisions(page: Path) -> None:
    assert re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_decision_compares_at_least_two_options(page: Path) -> None:
    options = page.read_text().partition("## Options")[2].partition("## Decision")[0]
    assert len(re.findall(r"^\d\. ", options, re.MULTILINE)) >= 2


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_decision_names_code_and_tests_that_exist(page: Path) -> None:
    evidence = page.read_text().partition("## Code and tests")[2]
    paths = re.findall(r"`([\w./-]+\.(?:py|md|yaml)|[\w./-]+/)`", evidence)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert any(path.startswith("tests/") for path in paths)
    assert any(not path.startswith("tests/") for path in paths)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_decision_is_in_the_index_with_its_title_date_and_door(page: Path) -> None:
    found = re.match(r"# (\d+)\. (.+)\n\n- Date: ([\d-]+)\n- Door: (one-way|two-way)", page.read_text())
    assert found is not None
    number, title, date, door = found.groups()
    assert page.name.startswith(f"{int(number):04}-")
    row = f"| {number} | [{title}]({page.name}) | {date} | {door} |"
    assert row in (FOLDER / "README.md").read_text().splitlines()


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))
