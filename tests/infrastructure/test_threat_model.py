"""Every test that the threat model names exists."""

import re

import pytest

from infra.shared.root import ROOT

PAGE = (ROOT / "docs/threat-model.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE)))


@pytest.mark.parametrize("path", NAMED)
def test_a_named_test_exists(path: str) -> None:
    assert (ROOT / path).is_file()


def test_every_threat_has_a_safeguard() -> None:
    rows = [line.split("|") for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line]
    assert all(row[2].strip() for row in rows)
