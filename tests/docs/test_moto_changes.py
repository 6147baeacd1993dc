"""The changes that docs/moto.md offers to moto apply to the installed version, and change no answer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import moto
import pytest

from infra.shared.root import ROOT

INSTALLED = Path(moto.__file__).parent
DIFFS = sorted((ROOT / "docs/moto").glob("*.diff"))


def apply(diff: Path, folder: Path) -> None:
    subprocess.run(["git", "apply", str(diff)], cwd=folder, check=True)


@pytest.mark.parametrize("diff", DIFFS, ids=lambda diff: diff.stem)
def test_a_change_applies_to_the_installed_moto(diff: Path, tmp_path: Path) -> None:
    name = diff.read_text().split()[1].removeprefix("a/")
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    shutil.copy(INSTALLED.parent / name, file)
    before = file.read_text()
    apply(diff, tmp_path)
    assert file.read_text() != before
    compile(file.read_text(), file, "exec")


@pytest.mark.proof
def test_a_changed_moto_gives_the_same_answers_as_our_patches(tmp_path: Path) -> None:
    shutil.copytree(INSTALLED, tmp_path / "moto")
    for diff in DIFFS:
        apply(diff, tmp_path)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    tests = [sys.executable, "-m", "pytest", "-k", "same", "tests/local/test_moto_patches.py"]
    done = subprocess.run(tests, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, check=False)
    assert done.returncode == 0
