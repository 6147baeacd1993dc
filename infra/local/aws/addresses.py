"""Addresses in answers: a call over HTTP is answered with addresses of the endpoint that it was sent to.

An SDK that follows an address of AWS's in an answer would send its next call off the laptop.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from infra.local.model.credentials import REGION

_called: ContextVar[str | None] = ContextVar("called", default=None)


@contextmanager
def called_at(address: str) -> Iterator[None]:
    """Within it, a call that came in at this address is answered."""
    before = _called.set(address)
    try:
        yield
    finally:
        _called.reset(before)


def base(service: str) -> str:
    """What addresses of a service begin with: AWS's own for calls in this process, which nothing follows."""
    return _called.get() or f"https://{service}.{REGION}.amazonaws.com"
