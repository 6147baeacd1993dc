"""The modules whose import a local run delays: it starts without them, and they load when they are needed."""

import subprocess
import sys
from importlib import import_module

import pytest

from infra.local import lazy_modules
from infra.shared.root import ROOT


def printed(code: str) -> str:
    """What a new process prints that runs this code after the delay."""
    program = f"from infra.local import lazy_modules\nlazy_modules.delay()\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


LOADED = """
import sys
from pathlib import Path
from infra.local.provisioning.template import load
import infra.local.terminals.local_aws
with infra.local.terminals.local_aws.patched_moto():
    load(Path("template.yaml"))
    print([name for name in lazy_modules.NAMES if "__getattr__" not in vars(sys.modules[name])])
"""


def test_a_second_start_needs_none_of_them() -> None:
    printed(LOADED)  # keeps what it read
    assert printed(LOADED) == "[]\n"


@pytest.mark.parametrize(
    ("use", "result"),
    [
        ("import yaml; print(yaml.safe_load('a: 1'))", "{'a': 1}"),
        ("from yaml import safe_load; print(safe_load('a: 1'))", "{'a': 1}"),
        ("import yaml.nodes, yaml; print(yaml.nodes.ScalarNode is yaml.ScalarNode)", "True"),
        ("import yaml; print(hasattr(yaml, 'unknown'))", "False"),
        (
            "from moto.backends import get_service_from_url as of; print(of('https://sqs.eu-west-1.amazonaws.com'))",
            "sqs",
        ),
    ],
)
def test_a_delayed_module_is_complete_once_it_is_used(use: str, result: str) -> None:
    assert printed(use) == f"{result}\n"


def test_a_module_that_is_imported_already_stays() -> None:
    before = {name: import_module(name) for name in lazy_modules.NAMES}
    lazy_modules.delay()
    assert {name: sys.modules[name] for name in lazy_modules.NAMES} == before
