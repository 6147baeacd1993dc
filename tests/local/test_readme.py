"""Every snippet of the README is run."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.local.conftest import ROOT, Run
from tests.local.test_run import ORDER, ends_as, place

README = (ROOT / "README.md").read_text()
SHELL = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def execute(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("snippet", [snippet for snippet in SHELL if "curl" in snippet])
def test_a_curl_snippet_is_answered(run: Run, snippet: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine")
    answer = execute(["bash", "-c", snippet.replace("http://localhost:3000", run.url)])
    assert '"order_id"' in answer


@pytest.mark.parametrize("snippet", [snippet for snippet in SHELL if "choreo place" in snippet])
def test_a_choreo_snippet_runs(run: Run, snippet: str) -> None:
    choreo = f'choreo() {{ AWS_ENDPOINT_URL={run.url} "{sys.executable}" -m infra.cli "$@"; }}'
    told = execute(["bash", "-ec", f"{choreo}\n{snippet}"])
    assert "Order shipped" in told
    assert "completed" in told


def test_the_python_snippet_reads_the_ledger(run: Run) -> None:
    (snippet,) = PYTHON
    code = snippet.replace("http://localhost:3000", run.url)
    assert ends_as(run, place(run, ORDER), "shipped")
    assert "captured" in execute([sys.executable, "-c", code])


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    (commands,) = [snippet for snippet in SHELL if "make run" in snippet]
    for target in re.findall(r"^make (\w+)", commands, re.MULTILINE):
        assert execute(["make", "--dry-run", target])


def test_every_file_that_it_names_is_there() -> None:
    for name in re.findall(r"^  ?([\w/]+/)\s", README, re.MULTILINE):
        assert (ROOT / name).exists() or (ROOT / "functions" / name).exists()
