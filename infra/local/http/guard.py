"""Which requests reach the run at all: none that a page of another site sends through a visitor's browser.

Such a page has two ways. By DNS rebinding, its own name leads to this machine: the browser then sends the
page's name as Host. And it may send requests to `localhost`, whose answers it cannot read: the browser then
says where they come from, by Origin or by Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/).
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from infra.local.http import http_api
from infra.local.model.messages import Request, Response

CONTAINERS = frozenset({"host.docker.internal", "host.containers.internal"})
"""What containers call the machine that they run on. No site can have such a name: ICANN reserved `.internal`
for private use on 29 July 2024."""
ANYWHERE = ("", "0.0.0.0", "::")
"""What `--host` gives to listen on all addresses of the machine."""


class Guard:
    """Refuses requests by their headers; `host` is what `--host` gives, `names` are allowed as well."""

    def __init__(self, host: str = "127.0.0.1", names: Collection[str] = ()) -> None:
        self._host, self._names = host, CONTAINERS | {host, *names}

    def misdirected(self, request: Request) -> Response | None:
        """The refusal of a request whose Host is not a name of this run; None for any other."""
        given = dict(request.headers).get("host", "")
        if self._is_ours(_name(given)):
            return None
        return http_api.error_response(
            421, f"Host {given!r} is not this run: use localhost, or start the run with --allow-host NAME"
        )

    def _is_ours(self, name: str) -> bool:
        if name == "localhost" or name.endswith(".localhost") or name in self._names:
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        # An address is no name, which DNS could lead elsewhere; with 0.0.0.0, each of the machine's is meant.
        return address.is_loopback or self._host in ANYWHERE


def cross_site_reason(request: Request) -> str | None:
    """Why a request is refused that a page of another site makes; None for any other."""
    headers = dict(request.headers)
    origin = headers.get("origin")
    elsewhere = headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
    if (origin is None or urlsplit(origin).netloc == headers.get("host")) and not elsewhere:
        return None
    return f"{origin or 'a page of another site'} may not control this run"


def _name(host: str) -> str:
    """A Host header's name, without its port, and an IPv6 address without its brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""
