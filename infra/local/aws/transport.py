"""The place where moto answers the requests that botocore would send to AWS."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

Forward = Callable[[], AWSResponse | None]
"""Lets moto answer the request. None if moto has no answer, and botocore would send it."""
Intercept = Callable[[str, AWSPreparedRequest, Forward], AWSResponse | None]
"""Answers a request in moto's place. The name of botocore's event ends with `.service.operation`."""

_moto = BotocoreStubber()


def answer(request: AWSPreparedRequest) -> tuple[int, Mapping[str, Any], str | bytes] | None:
    """moto's answer: status, headers and body. None if the address belongs to no service.

    Raises NotImplementedError for an operation that moto lacks.
    """
    answered: tuple[int, Mapping[str, Any], str | bytes] | None = _moto.process_request(request)
    return answered


def response(request: AWSPreparedRequest, status: int, body: str) -> AWSResponse:
    """An answer for an Intercept to return, with this body."""
    return AWSResponse(request.url, status, HTTPHeaders(), MockRawResponse(body))


@contextmanager
def intercepted(intercept: Intercept) -> Iterator[None]:
    """Within it, requests of clients in this process go to `intercept`, which may forward them to moto."""
    moto = BotocoreStubber.__call__

    def send(stubber: Any, event_name: str, request: AWSPreparedRequest, **given: Any) -> AWSResponse | None:
        return intercept(event_name, request, lambda: moto(stubber, event_name, request, **given))

    with patch.object(BotocoreStubber, "__call__", send):
        yield
