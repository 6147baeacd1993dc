"""Starts a server in another process."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.shared.root import ROOT

HOST = "127.0.0.1"
POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Server:
    """The URL of an HTTP API, and the id of its server's process."""

    url: str
    process_id: int


def free_port() -> int:
    """A TCP port that no process uses at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    command: list[str],
    url: str,
    environment: Mapping[str, str] | None = None,
    folder: str | Path = ROOT,
    log: int | None = None,
) -> Iterator[int]:
    """Starts the server, waits until it answers, and yields its process id.

    `log` receives the server's stderr, instead of this process's stderr. Raises RuntimeError if the server
    ends.
    """
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=log
    ) as process:
        try:
            while not answers(url):
                if process.poll() is not None:
                    raise RuntimeError(f"{' '.join(command)} ended before it answered")
                time.sleep(POLL_SECONDS)
            yield process.pid
        finally:
            process.terminate()


def answers(url: str) -> bool:
    """Whether a server answers at this URL, even with an error status."""
    try:
        urllib.request.urlopen(url).close()
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
    return True
