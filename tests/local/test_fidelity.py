"""The table in infra/local/README.md names a test in each row, except for features that are not emulated."""

import ast
import re

import pytest

from infra.shared.root import ROOT

TABLE = (ROOT / "infra" / "local" / "README.md").read_text().partition("## Emulated features")[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("|")
][2:]
NAMED = sorted({name for *_, tests in ROWS for name in re.findall(r"`([^`]+)`", tests)})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_describes_the_local_behaviour_and_names_its_test(row: list[str]) -> None:
    _feature, local, tests = row
    assert local
    assert tests or local.startswith("not emulated")


@pytest.mark.parametrize("name", NAMED)
def test_each_named_test_exists(name: str) -> None:
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / "tests" / path).read_text())
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert function in tests if function else any(test.startswith("test_") for test in tests)
