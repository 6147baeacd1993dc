"""The log messages, errors and parameters in the runbook are those of the code and the template."""

import re

import pytest

from choreography import errors
from infra.shared.root import ROOT

RUNBOOK = (ROOT / "docs/runbook.md").read_text()
CODE = "\n".join(path.read_text() for path in sorted((ROOT / "functions").rglob("*.py")))
NAMED = set(re.findall(r"`([^`]+)`", RUNBOOK))
MESSAGES = sorted(text for text in NAMED if re.fullmatch(r"[a-z]+( [a-z;]+)+", text) and "choreo" not in text)
KINDS = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)}


@pytest.mark.parametrize("message", MESSAGES)
def test_a_log_message_of_the_runbook_is_logged(message: str) -> None:
    assert re.search(rf'"{re.escape(message)}', CODE)


def test_the_runbook_explains_every_kind_of_error_that_reaches_a_log_or_a_dead_letter() -> None:
    unexplained = {kind.__name__ for kind in KINDS} - NAMED
    assert unexplained == ABSTRACT | SELF_EXPLANATORY


ABSTRACT = {"ChoreographyError", "Retryable", "Permanent"}
SELF_EXPLANATORY = {"PoisonMessage", "UnknownOrder", "UnknownParcel", "IllegalTransition"}
"""Errors whose reason in the dead letter is enough. The section on dead letters applies."""


def test_a_parameter_of_the_runbook_is_one_of_the_template() -> None:
    named = {text for text in NAMED if re.fullmatch(r"[A-Z]\w+(Concurrency|Seconds)", text)}
    section = (ROOT / "template.yaml").read_text().partition("\nParameters:\n")[2]
    parameters = re.split(r"\n(?=[A-Z])", section, maxsplit=1)[0]
    assert named <= set(re.findall(r"^  (\w+):", parameters, re.MULTILINE))
    assert named
