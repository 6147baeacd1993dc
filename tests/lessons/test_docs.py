"""docs/lessons.md names the lessons of each promise of the pattern."""

import re

import pytest

from infra.lessons.catalogue import LESSONS
from infra.shared.root import ROOT

PROMISES = (
    *("flexibility", "scalability", "resilience", "shared language"),
    *("duplication", "out-of-order arrival", "retries", "idempotence"),
    *("loose coupling", "dynamic collaborations", "event-driven workflows"),
    *("sequencing", "eventual consistency", "error handling"),
)
"""What the text promises from which this project comes."""


def rows(heading: str) -> list[list[str]]:
    """The rows of the table below a heading, without its header."""
    section = (ROOT / "docs/lessons.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_each_promise_has_a_row() -> None:
    assert [promise for promise, _ in rows("Promises of the pattern")] == [*PROMISES]


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_names_lessons_that_exist(promise: str) -> None:
    named = re.findall(r"`([^`]+)`", dict(rows("Promises of the pattern"))[promise])
    assert named
    assert set(named) <= LESSONS.keys()
