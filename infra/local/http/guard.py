"""Rejects requests that a web page of another site sends through a visitor's browser.

Such a page has two ways. With DNS rebinding, the page's own host name resolves to this machine; the Host
header then has that name. Or the page sends requests to `localhost`; the headers Origin and Sec-Fetch-Site
then name its site (https://www.w3.org/TR/fetch-metadata/).
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from infra.local.http import http_api
from infra.local.model.messages import Request, Response

CONTAINERS = frozenset({"host.docker.internal", "host.containers.internal"})
"""The names of the host machine in containers. No web site can have such a name: ICANN reserved `.internal`
for private use on 29 July 2024."""
ALL_ADDRESSES = ("", "0.0.0.0", "::")
"""Values of `--host` that listen on all addresses of the machine."""


class Guard:
    """Checks Host headers. `host` is the value of `--host`; `names` are further allowed host names."""

    def __init__(self, host: str = "127.0.0.1", names: Collection[str] = ()) -> None:
        self._host, self._names = host, CONTAINERS | {host, *names}

    def misdirected(self, request: Request) -> Response | None:
        """The response 421 to a request whose Host header does not name this run; None if it does."""
        host = dict(request.headers).get("host", "")
        if self._is_ours(_name(host)):
            return None
        return http_api.error_response(
            421, f"Host {host!r} is not this run: use localhost, or start the run with --allow-host NAME"
        )

    def _is_ours(self, name: str) -> bool:
        if name == "localhost" or name.endswith(".localhost") or name in self._names:
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        # DNS rebinding needs a name, so IP addresses are safe. With 0.0.0.0, the run answers at any of them.
        return address.is_loopback or self._host in ALL_ADDRESSES


def cross_site_reason(request: Request) -> str | None:
    """The reason to reject a request that a page of another site sends; None for other requests."""
    headers = dict(request.headers)
    origin = headers.get("origin")
    cross_site = headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
    if (origin is None or urlsplit(origin).netloc == headers.get("host")) and not cross_site:
        return None
    return f"{origin or 'a page of another site'} may not control this run"


def _name(host: str) -> str:
    """The name in a Host header, without port and without the brackets of an IPv6 address."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""
