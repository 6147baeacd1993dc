"""A guest service outside of the repository: its package, and how it joins, is traced and counted."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from infra.shared.root import ROOT
from tests.local.conftest import Run, eventually, running
from tests.local.test_joined_stacks import choreo, wait_for
from tests.local.test_run import ORDER, ends_as, place


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("a dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT / "infra/build/wheel", check=True, capture_output=True)
    (built,) = folder.glob("order_choreography_core-*.whl")
    return built


def test_the_wheel_has_the_two_shared_packages_and_no_service(wheel: Path) -> None:
    packages = {name.partition("/")[0] for name in ZipFile(wheel).namelist() if ".dist-info" not in name}
    assert packages == {"choreography", "contracts"}


def test_a_guest_imports_all_that_it_needs_from_the_wheel(wheel: Path, guest: Path) -> None:
    code = "import choreography, notifications.consumer as c; print(choreography.__file__)"
    path = os.pathsep.join([str(wheel), str(guest.parent / "src")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        cwd=guest.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(str(wheel))


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template of a service in a folder of its own, whose path has a space."""
    folder = tmp_path_factory.mktemp("a guest") / "notifications"
    shutil.copytree(ROOT / "infra/examples/notifications", folder)
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    return folder / "template.yaml"


@pytest.fixture(scope="module")
def joined(guest: Path) -> Iterator[Run]:
    with running() as run, choreo(run, "join", str(guest)) as joining:
        wait_for(joining.stdout, "Running")
        yield run


def told(run: Run, *command: str) -> str:
    """What a command prints about the run."""
    return subprocess.run(
        [sys.executable, "-m", "infra.cli", *command],
        cwd=ROOT,
        env=os.environ | {"AWS_ENDPOINT_URL": run.url},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def test_a_guest_outside_of_the_repository_is_traced_and_counted(joined: Run) -> None:
    order_id = place(joined, ORDER)
    assert ends_as(joined, order_id, "shipped")
    stack = ("--stack", "notifications")
    eventually(lambda: told(joined, "trace", order_id, *stack), lambda text: "shipment.dispatched" in text)
    eventually(
        lambda: told(joined, "metrics", *stack), lambda text: "MessagesHandled" in text or "handled" in text
    )
