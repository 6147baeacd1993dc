"""The URLs in answers: a call over HTTP gets URLs of the endpoint that it was sent to.

With AWS's own URLs, an SDK would send its next call to AWS.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from infra.local.model.credentials import REGION

_endpoint_url: ContextVar[str | None] = ContextVar("endpoint_url", default=None)


@contextmanager
def called_at(endpoint_url: str) -> Iterator[None]:
    """Within it, answers have URLs of this endpoint."""
    token = _endpoint_url.set(endpoint_url)
    try:
        yield
    finally:
        _endpoint_url.reset(token)


def base_url(service: str) -> str:
    """The start of a service's URLs: AWS's own for calls in this process, which never follow them."""
    return _endpoint_url.get() or f"https://{service}.{REGION}.amazonaws.com"
