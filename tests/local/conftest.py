"""Starts the local run in its own process, as `make run` does."""

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from infra.bench.server_process import answers, free_port
from infra.local.control.project import PAGE
from infra.shared.root import ROOT

DEADLINE_SECONDS = 40

T = TypeVar("T")


@dataclass
class Run:
    """A local run that answers at `url`."""

    url: str
    process: "subprocess.Popen[str]"
    output: "Output"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON in the response to a request. Raises HTTPError for an error status."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data, {"content-type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            raise

    def stop(self) -> tuple[int, str]:
        """Stops the run as Ctrl-C does. Returns the exit code and the output."""
        self.process.send_signal(signal.SIGINT)
        self.output.join(DEADLINE_SECONDS)
        assert not self.output.is_alive(), "a process of the run still has the output open"
        return self.process.wait(DEADLINE_SECONDS), self.output.text


class Output(threading.Thread):
    """Reads the output of a process to its end. Unread, a full pipe would stop the process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        super().__init__(name="output", daemon=True)
        self._process, self.text = process, ""

    def run(self) -> None:
        assert self._process.stdout is not None
        self.text = self._process.stdout.read()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Reads in the block, and then ends the process."""
        self.start()
        try:
            yield
        finally:
            self._process.kill()
            self.join(DEADLINE_SECONDS)


def eventually(probe: Callable[[], T], condition: Callable[[T], bool]) -> T:
    """Calls `probe` until its result meets the condition, and returns the result."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition(result := probe()):
        assert time.monotonic() < deadline, f"still {result!r}"
        time.sleep(0.05)
    return result


@contextmanager
def started(
    *arguments: str, environment: Mapping[str, str] | None = None, stderr: int = subprocess.STDOUT
) -> Iterator["subprocess.Popen[str]"]:
    """Runs a Python module in its own process, and kills it at the end of the test."""
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def running(*options: str, environment: Mapping[str, str] | None = None) -> Iterator[Run]:
    """Starts a local run with these options, and kills it at the end of the test."""
    port = free_port()
    with started("infra.run", *options, "--port", str(port), environment=environment) as process:
        page = f"http://127.0.0.1:{port}{PAGE}"  # the backend answers it itself, without a function
        eventually(lambda: answers(page) or process.poll() is not None, bool)
        assert process.poll() is None, process.stdout and process.stdout.read()
        output = Output(process)
        with output.reading():
            yield Run(f"http://localhost:{port}", process, output)


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    with running() as it:
        yield it


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project whose code the tests change. Its path has a space."""
    made = tmp_path_factory.mktemp("a project")
    shutil.copy(ROOT / "template.yaml", made)
    shutil.copytree(ROOT / "functions", made / "functions")
    return made


@pytest.fixture
def decisions(project: Path) -> Iterator[Path]:
    """Payment's decisions, which are as they were after the test."""
    path = project / "functions" / "payment" / "decisions.py"
    before = path.read_text()
    yield path
    path.write_text(before)
