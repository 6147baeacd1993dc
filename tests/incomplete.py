"""Whether the project has findings, which `tests/infrastructure/test_findings.py` reports once.

The other tests that read template.yaml as complete do not run then: each would fail for the same cause.
"""

from functools import cache

from infra.findings.finding import Finding
from infra.findings.project import findings
from infra.local.provisioning.errors import TemplateError

REASON = "the project is incomplete: see tests/infrastructure/test_findings.py"


@cache
def found() -> list[Finding] | list[TemplateError]:
    """The findings, or the error of an invalid template."""
    try:
        return findings()
    except TemplateError as error:
        return [error]
