"""Refuses connections to other machines, in the tests' process and in each Python process that tests start.

Python imports a module of this name at its start from a folder in PYTHONPATH, which tests/conftest.py sets.
This module also writes each refused connection to a file, because a process may ignore the error.
"""

import ipaddress
import os
import socket
import sys
from typing import Any

FILE = "EXTERNAL_CONNECTIONS_FILE"
"""The environment variable with the name of the file."""


class ExternalConnection(RuntimeError):
    """The process tried to connect to another machine, or to look up its name."""


def is_this_machine(host: Any) -> bool:
    """Return whether a host is a loopback address or a name of this machine."""
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
    if not is_this_machine(host):
        connection = f"{event} {host}: {' '.join(sys.argv)}"
        if FILE in os.environ:
            with open(os.environ[FILE], "a") as file:
                file.write(f"{connection}\n")
        raise ExternalConnection(connection)


sys.addaudithook(_refuse)
