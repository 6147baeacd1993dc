"""The table of the local AWS in infra/local/README.md names a test for each row that says "as on AWS"."""

import ast
import re

import pytest

from infra.local.in_process import ROOT

TABLE = (ROOT / "infra" / "local" / "README.md").read_text().partition("## How faithfully")[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("|")
][2:]
NAMED = sorted({name for *_, tests in ROWS for name in re.findall(r"`([^`]+)`", tests)})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_how_it_is_played_and_which_test_shows_it(row: list[str]) -> None:
    _behaviour, here, tests = row
    assert here
    assert tests or here.startswith("not played")


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_the_table_names_exists(name: str) -> None:
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / "tests" / path).read_text())
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert function in tests if function else any(test.startswith("test_") for test in tests)
