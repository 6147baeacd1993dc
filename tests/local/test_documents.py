"""Every snippet of the documents that needs a local run is run."""

import shutil
import subprocess
import sys

import pytest

from infra.shared.root import ROOT
from tests.docs.snippets import snippets
from tests.local.conftest import Run
from tests.local.test_run import ORDER, ends_as, place

SHELL = [snippet.text for snippet in snippets() if snippet.language == "sh"]
PYTHON = [snippet.text for snippet in snippets() if snippet.language == "python"]


def execute(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("snippet", [text for text in SHELL if "curl" in text])
def test_a_curl_snippet_is_answered(run: Run, snippet: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine")
    answer = execute(["bash", "-c", snippet.replace("http://localhost:3000", run.url)])
    assert '"order_id"' in answer


@pytest.mark.parametrize("snippet", [text for text in SHELL if "choreo place" in text])
def test_a_choreo_snippet_runs(run: Run, snippet: str) -> None:
    choreo = f'choreo() {{ AWS_ENDPOINT_URL={run.url} "{sys.executable}" -m infra.cli "$@"; }}'
    told = execute(["bash", "-ec", f"{choreo}\n{snippet}"])
    assert "Order shipped" in told
    assert "completed" in told


@pytest.mark.parametrize("snippet", PYTHON)
def test_a_python_snippet_reads_the_ledger(run: Run, snippet: str) -> None:
    code = snippet.replace("http://localhost:3000", run.url)
    assert ends_as(run, place(run, ORDER), "shipped")
    assert "captured" in execute([sys.executable, "-c", code])
