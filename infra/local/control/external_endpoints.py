"""Checks the endpoints of services outside AWS, such as a carrier: a local run calls only this machine."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from infra.local.provisioning.errors import TemplateError


def check(parameters: Mapping[str, str | list[str]]) -> None:
    """Raises TemplateError if a parameter named `…Endpoint` has the address of another machine."""
    for name, value in parameters.items():
        if name.endswith("Endpoint") and isinstance(value, str) and value and not _is_loopback(value):
            raise TemplateError(
                f"{name}={value} is not an address of this machine; the local run calls no other machine: "
                "give an address such as http://127.0.0.1:9000"
            )


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
