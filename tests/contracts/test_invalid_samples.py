"""A sample that no longer fits its model is told in one sentence, after the check of published contracts."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from contracts.payments import PaymentDeclined
from infra.contracts import __main__ as contracts
from infra.contracts.compatibility import Incompatible
from infra.findings import __main__ as findings
from infra.run.project import PROJECT
from infra.samples import __main__ as samples
from infra.samples import loading
from infra.scaffold import __main__ as scaffold
from infra.shared.root import ROOT

SENTENCE = (
    "a sample of PaymentDeclined in infra/samples/sample_order.py does not fit its class: "
    "reason: Field required. Correct the sample."
)


@pytest.fixture(autouse=True)
def invalid_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "import_module", lambda _: PaymentDeclined.model_validate({}))


def new_field() -> int:
    return scaffold.main(["field", "payment.declined", "code", "text"])


@pytest.mark.parametrize("command", [contracts.main, samples.main, findings.main, new_field])
def test_each_command_names_the_sample(
    command: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        told = str(command())
    except SystemExit as ended:
        told = str(ended.code)
    printed = capsys.readouterr()
    assert SENTENCE in told + printed.out + printed.err


def test_the_local_run_names_the_sample() -> None:
    assert PROJECT.check(ROOT / "template.yaml") == [SENTENCE]


def test_the_refusal_of_a_changed_version_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise Incompatible("order.placed 1.1 is published")

    monkeypatch.setattr(contracts, "check", refuse)
    with pytest.raises(SystemExit, match=r"order\.placed 1\.1 is published"):
        contracts.main()


def test_the_check_of_published_contracts_imports_no_sample() -> None:
    code = "import sys, infra.contracts.baseline; sys.exit('infra.samples.sample_order' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
