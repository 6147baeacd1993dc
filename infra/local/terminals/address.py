"""The port of the backend, from AWS_ENDPOINT_URL, as the other commands of `choreo` use it."""

import argparse
from urllib.parse import urlsplit

from infra.local.provisioning.errors import TemplateError

PORT = 3000
VARIABLE = "AWS_ENDPOINT_URL"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def chosen_port(arguments: argparse.Namespace, url: str | None) -> int:
    """The `--port`, or else the port of the environment's endpoint. Raises TemplateError, as `port` does."""
    return port(url) if arguments.port is None else int(arguments.port)


def port(url: str | None) -> int:
    """The port of an endpoint on this machine; PORT without one. Raises TemplateError for other machines."""
    if not url:
        return PORT
    try:
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname in LOOPBACK:
            return parts.port or 80
    except ValueError:  # a port that is not a number
        pass
    raise TemplateError(
        f"{VARIABLE}={url} is not the address of a local run: give one such as http://localhost:{PORT}, "
        "unset it, or choose a --port"
    )
