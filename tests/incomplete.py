"""Reads once whether the project has findings, which `tests/infrastructure/test_findings.py` reports.

While it has some, tests that need a complete template.yaml do not run: each would fail for the same cause.
"""

from functools import cache

from infra.findings.finding import Finding
from infra.findings.project import findings
from infra.local.provisioning.errors import TemplateError

REASON = "the project is incomplete: see tests/infrastructure/test_findings.py"


@cache
def found() -> list[Finding] | list[TemplateError]:
    """Return the findings, or the error of an invalid template."""
    try:
        return findings()
    except TemplateError as error:
        return [error]
