"""Collects only the test of the findings while the project has findings."""

from pathlib import Path

from tests.incomplete import found

REPORTING = "test_findings.py"
collect_ignore = [
    path.name for path in Path(__file__).parent.glob("test_*.py") if found() and path.name != REPORTING
]
