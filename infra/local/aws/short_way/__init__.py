"""The short way to moto: a call's parameters to moto's handler, and its result back, without wire formats.

Wire formats take nine tenths of the time of a call on the long way: HTTP, signatures, parsing, serializing.
The short way changes no answer. Tests compare the answers of both ways, and whole simulated runs.
`--plain-moto` leaves it out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from botocore.endpoint import Endpoint
from moto.core.botocore_stubber import BotocoreStubber

from infra.local.aws.short_way import attempts, operations


@contextmanager
def short_way() -> Iterator[None]:
    """Within it, the calls of `operations.OPERATIONS` go the short way: from clients, and over HTTP."""
    with (
        patch.dict(operations.taken, operations.OPERATIONS),
        patch.object(Endpoint, "make_request", attempts.make_request),
        patch.object(BotocoreStubber, "__call__", attempts.answer),
    ):
        yield
