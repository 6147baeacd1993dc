"""What `choreo` prints for scripts, for shells and in a terminal of 80 columns."""

import json
import os
import pty
import shutil
import subprocess
import sys
from importlib.metadata import version

import pytest

from infra.cli import commands
from infra.cli.completion import SHELLS
from infra.shared.root import ROOT
from tests.cli.conftest import Choreo
from tests.local.conftest import Run


@pytest.mark.parametrize(
    "command",
    ["place", "place --no-wait", "watch --once", "metrics", "show", "trace", "deliver", "republish --order"],
)
def test_json_is_one_document_in_each_line(choreo: Choreo, command: str) -> None:
    order_id = choreo("place").out.split()[0]
    with_order = command.split()[0] in ("show", "trace", "deliver", "republish")
    printed = choreo(*command.split(), *([order_id] if with_order else []), "--json")
    assert printed.code == 0
    assert printed.err == ""
    assert all(isinstance(json.loads(line), dict) for line in printed.out.splitlines())


@pytest.mark.parametrize("command", ["watch --once", "metrics", "show", "lesson", "cost"])
def test_no_line_of_a_table_ends_in_a_blank(choreo: Choreo, command: str) -> None:
    order_id = choreo("place").out.split()[0]
    printed = choreo(*command.split(), *([order_id] if command == "show" else [])).out
    assert printed
    assert [line for line in printed.splitlines() if line.endswith(" ")] == []


@pytest.mark.parametrize("command", ["watch --once", "show"])
def test_people_read_amounts_with_decimals_and_scripts_read_minor_units(choreo: Choreo, command: str) -> None:
    order_id = choreo("place").out.split()[0]
    asked = [*command.split(), *([order_id] if command == "show" else [])]
    assert "25.00 EUR" in choreo(*asked).out
    order = json.loads(choreo(*asked, "--json").out.splitlines()[0])
    assert (order["total"], order["currency"]) == (2500, "EUR")


def test_every_command_has_the_option_json(call_choreo: Choreo) -> None:
    for name in commands.COMMANDS:
        assert "--json" in call_choreo(name, "--help").out


def test_the_costs_are_also_json(call_choreo: Choreo) -> None:
    assert json.loads(call_choreo("cost", "--json").out)["per_million_orders"]["shipped"] > 0


def test_the_version_is_that_of_the_project(call_choreo: Choreo) -> None:
    assert call_choreo("--version").out == f"choreo {version('order-choreography')}\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_completion_has_each_command_and_its_options(call_choreo: Choreo, shell: str) -> None:
    script = call_choreo("completion", shell).out
    for name in (*commands.COMMANDS, "run", "join", "leave", "version", "only-backend"):
        assert name in script


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_accepts_its_completion(call_choreo: Choreo, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    script = call_choreo("completion", shell).out
    done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_bash_completes_a_command(call_choreo: Choreo) -> None:
    script = call_choreo("completion", "bash").out
    ask = 'COMP_WORDS=(choreo wa); COMP_CWORD=1; _shtab_choreo 2>/dev/null; echo "${COMPREPLY[@]}"'
    done = subprocess.run(["bash"], input=f"{script}\n{ask}\n", capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["watch"]


def test_completion_is_not_loaded_by_other_commands() -> None:
    """Loading it takes longer than most commands."""
    code = "import sys; from infra.cli.main import main; main(['lesson']); print('shtab' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--port", "many"),
        ("run", "--films"),
        ("join",),
        ("leave",),
        ("simulate", "--seeds", "0"),
        ("cost", "--batch", "0"),
        ("completion", "tcsh"),
        ("--films",),
    ],
)
def test_a_wrong_option_is_an_error_of_one_line(call_choreo: Choreo, arguments: tuple[str, ...]) -> None:
    refused = call_choreo(*arguments)
    assert (refused.code, refused.out) == (2, "")
    assert len(refused.err.splitlines()) == 1
    assert "--help" in refused.err


@pytest.mark.parametrize(
    "command", ["watch --once", "metrics", "dead-letters", "cost", "--help", "place --help"]
)
def test_output_fits_a_terminal_of_80_columns(run: Run, choreo: Choreo, command: str) -> None:
    choreo("place", "--orders", "3", "--mix", "shipped=1,declined=1,unserviceable=1")
    shown = in_a_terminal(command, {"AWS_ENDPOINT_URL": run.url})
    assert max(map(len, shown.splitlines())) <= 80


def in_a_terminal(command: str, environment: dict[str, str]) -> str:
    """The output of a command in a terminal of 80 columns, without colours."""
    primary, secondary = pty.openpty()
    given = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"} | environment
    done = subprocess.Popen(
        [sys.executable, "-m", "infra.cli", *command.split()],
        cwd=ROOT,
        env=given,
        stdout=secondary,
        stderr=secondary,
    )
    os.close(secondary)
    shown = b""
    while True:
        try:
            part = os.read(primary, 65536)
        except OSError:  # Linux reports the end of a terminal's output as an error
            break
        if not part:
            break
        shown += part
    os.close(primary)
    done.wait()
    return shown.decode()


@pytest.mark.parametrize("command", ["place", "watch --once", "token ada"])
def test_a_proxy_in_the_environment_is_not_asked(
    choreo: Choreo, bare: pytest.MonkeyPatch, command: str
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        bare.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        bare.delenv(name, raising=False)
    answered = choreo(*command.split())
    assert "127.0.0.1:9" not in answered.err
    assert answered.code == 0 or "--tokens" in answered.err
