"""The ratio of a start with the bytecode of `make sam-build` to a start without.

Lambda's code folder is read-only, so an execution environment cannot store the bytecode that it compiles.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from infra.bench.pairs import ratio
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.local.model.credentials import CREDENTIALS
from infra.local.model.stack import Function
from infra.shared.root import ROOT

BUILT = ROOT / ".aws-sam" / "build"


def with_bytecode_to_without(python: str, times: int) -> Iterator[tuple[str, float]]:
    """Each function's ratio. Raises FileNotFoundError if there is no build.

    `python` is the Python that the build used.
    """
    if not (python and BUILT.exists()):
        raise FileNotFoundError(
            "bytecode needs a build: run `make sam-build`, and pass its Python as --python"
        )
    with patched_moto():
        functions = InProcess().stack.functions
    for name, function in functions.items():
        yield name, _ratio(python, function, BUILT / name, times)


def _ratio(python: str, function: Function, bundle: Path, times: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain"
        shutil.copytree(bundle, plain, ignore=shutil.ignore_patterns("__pycache__"))
        return ratio(lambda: _start(python, function, bundle), lambda: _start(python, function, plain), times)


def _start(python: str, function: Function, bundle: Path) -> float:
    """Seconds that a new process needs to import the handler's module."""
    own = {**CREDENTIALS, **function.environment, "PYTHONPATH": str(bundle), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-c", f"import {function.handler.rpartition('.')[0]}"]
    began = time.perf_counter()
    subprocess.run(command, env={"PATH": os.environ["PATH"], **own}, check=True, cwd=bundle)
    return time.perf_counter() - began
