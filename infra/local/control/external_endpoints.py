"""Endpoints outside AWS, such as a carrier's: the local run has its functions call this machine alone."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from infra.local.provisioning.errors import TemplateError


def check(parameters: Mapping[str, str | list[str]]) -> None:
    """Raises TemplateError for a parameter named `…Endpoint` with an address of another machine."""
    for name, value in parameters.items():
        if name.endswith("Endpoint") and isinstance(value, str) and value and not _is_here(value):
            raise TemplateError(
                f"{name}={value} is another machine, which the local run never calls: "
                "give an address of this one, such as http://127.0.0.1:9000"
            )


def _is_here(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
