"""Refuses connections off this machine: to tests, and to each Python process that they start.

Python imports a module of this name at its start where it is on PYTHONPATH, which tests/conftest.py sees to.
What was refused is written to a file as well, since a process may ignore the error.
"""

import ipaddress
import os
import socket
import sys
from typing import Any

FILE = "OFF_MACHINE_FILE"
"""The environment variable with the name of the file."""


class OffMachine(RuntimeError):
    """A connection to another machine, or the look-up of its name."""


def is_here(host: Any) -> bool:
    """Whether a host is this machine, by a loopback address or a name of it."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", "0.0.0.0", "::") or str(name).endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return name == socket.gethostname()


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not is_here(host):
        told = f"{event} {host}: {' '.join(sys.argv)}"
        if FILE in os.environ:
            with open(os.environ[FILE], "a") as file:
                file.write(f"{told}\n")
        raise OffMachine(told)


sys.addaudithook(_refuse)
