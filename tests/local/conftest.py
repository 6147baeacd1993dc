"""A local run in a process of its own, as `make run` starts it."""

import json
import signal
import subprocess
import sys
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

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 40

T = TypeVar("T")


@dataclass
class Run:
    """A local run that answers at `url`."""

    url: str
    process: "subprocess.Popen[str]"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that an HTTP request is answered with. Raises HTTPError for a refusal."""
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
        """What Ctrl-C makes of it: exit code and all that it printed."""
        self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, output


def eventually(look: Callable[[], T], wanted: Callable[[T], bool]) -> T:
    """What `look` gives once it is `wanted`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not wanted(seen := look()):
        assert time.monotonic() < deadline, f"still {seen!r}"
        time.sleep(0.05)
    return seen


@contextmanager
def started(
    *arguments: str, environment: Mapping[str, str] | None = None, stderr: int = subprocess.STDOUT
) -> Iterator["subprocess.Popen[str]"]:
    """A Python module with its arguments, in a process of its own, ended however the test ends."""
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
    """A local run with these options, ended however the test ends."""
    port = free_port()
    with started("infra.local", *options, "--port", str(port), environment=environment) as process:
        eventually(lambda: answers(f"http://127.0.0.1:{port}/") or process.poll() is not None, bool)
        assert process.poll() is None, process.stdout and process.stdout.read()
        yield Run(f"http://localhost:{port}", process)


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    with running() as it:
        yield it
