"""All recipes of docs/recipes.md in one copy of the project: its checks, its tests, and an order in it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.bench.server_process import free_port
from infra.shared.order_kinds import request
from infra.shared.root import ROOT
from tests.local.conftest import Output, Run, eventually
from tests.scaffold.recipes import RECIPES

pytestmark = pytest.mark.recipes


class Copy:
    """A copy of the project with the recipes applied. Commands in it use the copy's code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for path in files.split("\0"):
            if path and (ROOT / path).is_file():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes((ROOT / path).read_bytes())
        self.run("git", "init", "--quiet")

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.folder), str(self.folder / "functions")])
        return os.environ | {"PYTHONPATH": path}

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, cwd=self.folder, env=self.environment(), capture_output=True, text=True, check=False
        )

    def python(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.run(sys.executable, "-m", *arguments)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The path has a space, as a user's may."""
    made = Copy(tmp_path_factory.mktemp("recipes") / "a copy")
    for recipe in RECIPES.values():
        done = made.python("infra.cli", "new", *recipe.split())
        assert done.returncode == 0, done.stderr
        assert "Left to decide:" in done.stdout
    return made


@pytest.mark.parametrize(
    "check", ["ruff format --check .", "ruff check .", "mypy", "infra.build.words", "infra.contracts"]
)
def test_the_copy_passes_the_linters_and_the_contracts(copy: Copy, check: str) -> None:
    done = copy.python(*check.split())
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_copy_keeps_the_import_rules(copy: Copy) -> None:
    done = copy.run(str(Path(sys.executable).with_name("lint-imports")), "--no-logo")
    assert done.returncode == 0, done.stdout


OTHER_FOLDERS = {"engines", "scaffold"}
"""They need programs that the copy has not installed, or are about the recipes."""
FOLDERS = sorted({file.relative_to(ROOT / "tests").parts[0] for file in ROOT.glob("tests/*/**/test_*.py")})


@pytest.mark.parametrize("folder", [name for name in FOLDERS if name not in OTHER_FOLDERS])
def test_the_copy_passes_the_tests_of_a_folder(copy: Copy, folder: str) -> None:
    done = copy.python(
        "pytest", "-m", "not proof and not recipes and not engine and not browser", f"tests/{folder}"
    )
    assert done.returncode == 0, done.stdout[-5000:]


@pytest.fixture(scope="module")
def run(copy: Copy) -> Iterator[Run]:
    port = free_port()
    command = [sys.executable, "-m", "infra.run", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=copy.folder, env=copy.environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        output = Output(process)
        running = Run(f"http://localhost:{port}", process, output)
        with output.reading():
            eventually(lambda: _answers(running), bool)
            yield running


def _answers(run: Run) -> bool:
    try:
        return bool(run.call("GET", "/orders?customer_id=ada"))
    except OSError:
        return False


def test_an_order_flows_to_the_new_service_and_back(run: Run) -> None:
    order_id = run.call("POST", "/orders", request("shipped", "ada"))["order_id"]
    history = eventually(
        lambda: json.dumps(run.call("GET", f"/orders/{order_id}/history")),
        lambda text: "loyalty.points_granted" in text,
    )
    assert "/services/loyalty" in history


@pytest.mark.parametrize("lesson", ["duplicate", "loose-coupling"])
def test_a_lesson_on_the_extended_system_is_green(copy: Copy, run: Run, lesson: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.lessons", lesson, "--json"],
        cwd=copy.folder,
        env=copy.environment() | {"AWS_ENDPOINT_URL": run.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
