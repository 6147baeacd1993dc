"""The audit fails for a vulnerable package, and if no vulnerability service answers."""

import subprocess
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

from infra.build import audit
from infra.shared.root import ROOT

FINE: dict[str, Any] = {"name": "fine", "version": "1.0", "vulns": []}
VULNERABLE: dict[str, Any] = FINE | {"name": "bad", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}

Answers = Callable[..., None]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Sets the answer of each service about every lock file."""
    monkeypatch.delenv("AUDIT_OFFLINE", raising=False)

    def set_(**by_service: list[dict[str, Any]]) -> None:
        monkeypatch.setattr(audit, "ask", lambda service, _: by_service[service])

    return set_


def test_files_without_a_known_vulnerability_pass(answers: Answers) -> None:
    answers(pypi=[FINE])
    assert audit.main() == 0


@pytest.mark.parametrize("offline", ["", "allowed"])
def test_a_vulnerability_fails_with_its_name_and_where_it_is_fixed(
    answers: Answers, offline: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUDIT_OFFLINE", offline)
    answers(pypi=[FINE, VULNERABLE])
    assert audit.main() == audit.VULNERABLE
    assert "functions/requirements.txt: bad 1.0: CVE-1, fixed in 1.1" in capsys.readouterr().out


def test_a_file_that_no_service_could_check_does_not_pass(
    answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(pypi=[], osv=[])
    assert audit.main() == audit.NOT_AUDITED
    assert capsys.readouterr().out.count("NOT AUDITED") == len(audit.LOCKS)


def test_the_audit_tries_the_next_service_if_the_first_does_not_answer(answers: Answers) -> None:
    answers(pypi=[], osv=[VULNERABLE])
    assert audit.main() == audit.VULNERABLE


def test_audit_offline_passes_and_reports_that_no_file_was_audited(
    answers: Answers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUDIT_OFFLINE", "allowed")
    answers(pypi=[], osv=[])
    assert audit.main() == 0
    assert "NOT AUDITED: requirements.txt" in capsys.readouterr().out


def test_every_lock_file_is_audited() -> None:
    globs = ("*.txt", "functions/*.txt", "infra/**/*.txt", "tests/**/*.txt")
    found = {path.resolve() for glob in globs for path in ROOT.glob(glob)}
    locked = {str(path.relative_to(ROOT)) for path in found if "--hash=sha256:" in path.read_text()}
    assert locked == set(audit.LOCKS)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [('{"dependencies": [{"name": "fine", "version": "1.0", "vulns": []}], "fixes": []}', [FINE]), ("", [])],
)
def test_pip_audit_runs_strictly_and_its_output_is_read(
    printed: str, expected: audit.Dependencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip-audit prints nothing if the service did not answer for every package."""
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> CompletedProcess[str]:
        commands.append(command)
        return CompletedProcess(command, 1, printed, "")

    monkeypatch.setattr(subprocess, "run", run)
    assert audit.ask("pypi", "requirements.txt") == expected
    assert {"--strict", "pypi", "requirements.txt"} <= set(commands[0])
