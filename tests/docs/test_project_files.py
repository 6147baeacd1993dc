"""Files that tools of the repository read: the Makefile's help, hooks, dev container, license."""

import json
import re
import subprocess
import tomllib

import pytest
import yaml

from infra.shared.root import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
CI = (ROOT / ".github/workflows/ci.yml").read_text()
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
CONTAINER = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())


def made(*arguments: str) -> str:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_plain_make_prints_every_command_with_its_description() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    listed = re.findall(r"^make (\S+) +\S", made(), re.MULTILINE)
    assert sorted(listed) == sorted(phony.split())
    assert made() == made("help")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_runs_a_command_of_ci(hook: dict[str, str]) -> None:
    assert f"run: {hook['entry']}\n" in CI
    assert f"\n{hook['entry']}\n" in (ROOT / ".ci/run").read_text()


def test_the_dev_container_has_the_python_of_the_functions_and_the_port_of_the_local_run() -> None:
    (runtime,) = set(re.findall(r"Runtime: (python3\.\d+)", (ROOT / "template.yaml").read_text()))
    assert CONTAINER["image"].endswith(f":{runtime.removeprefix('python')}")
    assert f"PORT ?= {CONTAINER['forwardPorts'][0]}\n" in MAKEFILE


def test_the_dev_container_builds_targets_of_the_makefile() -> None:
    command, *targets = CONTAINER["postCreateCommand"].split()
    assert command == "make"
    assert made("--dry-run", "--always-make", *targets)


def test_the_license_of_the_metadata_is_the_license_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "MIT-0"
    assert (ROOT / "LICENSE").read_text().startswith("MIT No Attribution\n")
