"""Sends the AWS calls of this process to the backend as frames, however the function creates its clients.

It uses extension points of botocore: an initializer of sessions, the event `before-send`, and the table of
signature versions. Calls to other endpoints, and those with streamed bodies, remain signed HTTP.
"""

import os
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import botocore
from botocore import auth
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.session import Session
from urllib3.util.wait import wait_for_read

from infra.local.model.messages import Request, Response
from infra.local.runtime import call_faults
from infra.local.runtime.connection import Connection

Call = Any
"""botocore's AWSPreparedRequest. Its stubs lack the attribute `context`."""
USER_AGENT = "local-run"
"""Fixed, because botocore builds its own user agent twice for each call: a third of the call's CPU time."""
ANY_TIME = "20260101T000000Z"
"""The time of a call without a signature. The backend does not read it."""


class _Backend:
    """The backend's address, and the idle connections to it. Threads may send calls at the same time."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self._address = f"{host}:{port}", (host, port)
        self.url = f"http://{self.host}/"
        self._idle: list[Connection] = []

    def exchange(self, call: Call, request: Request) -> Response:
        """The response to a call. Raises the exceptions that botocore's own HTTP session raises."""
        config = call.context["client_config"]
        connection = self._connection(call.url, config.connect_timeout)
        try:
            response = connection.exchange(request, call.context.get("read_timeout", config.read_timeout))
        except BaseException as error:  # also an exception of the function's own signal handlers
            connection.close()
            if isinstance(error, TimeoutError):
                raise ReadTimeoutError(endpoint_url=call.url, error=error) from error
            if isinstance(error, OSError):
                raise ConnectionClosedError(endpoint_url=call.url, request=call, error=error) from error
            raise
        self._idle.append(connection)
        return response

    def close(self) -> None:
        """Closes the idle connections. The next calls open new ones."""
        while self._idle:
            self._idle.pop().close()

    def _connection(self, url: str, timeout_seconds: float | None) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not wait_for_read(connection.socket, timeout=0):
                return connection
            connection.close()  # readable without a request: the backend has closed it
        try:
            return Connection(self._address, timeout_seconds)
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error


_backend: _Backend | None = None


def install() -> None:
    """Prepares the sessions and clients that this process creates from now on. They use HTTP until `use`."""
    botocore.register_initializer(_prepare)
    auth.AUTH_TYPE_MAPS["v4"] = _Unsigned
    os.register_at_fork(after_in_child=_close)  # they belong to the parent process


def _close() -> None:
    if _backend is not None:
        _backend.close()


def use(host: str, port: int) -> None:
    """Sends the calls to this backend as frames."""
    global _backend
    _close()
    _backend = _Backend(host, port)


def _prepare(session: Session) -> None:
    session.set_default_client_config(Config(user_agent=USER_AGENT))
    session.register("before-send", _send)  # type: ignore[arg-type]  # the stubs lack handlers that answer


def _send(request: Call, event_name: str, **_: Any) -> AWSResponse | None:
    """The backend's response. None lets botocore send the request itself.

    Raises what botocore raises without an answer, also if a fault is injected into this call.
    """
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    if _backend is None or not request.url.startswith(_backend.url) or not isinstance(body, bytes):
        return None
    path, _, query = request.url.removeprefix(_backend.url).partition("?")
    headers = [(name.lower(), _text(value)) for name, value in request.headers.items()]
    headers.append(("host", _backend.host))
    call = Request(request.method, f"/{path}", query, headers, body)
    operation = event_name.rpartition(".")[2]
    try:
        call_faults.current.strike("before", operation, body)
        response = _backend.exchange(request, call)
        call_faults.current.strike("after", operation, body)
    except call_faults.AnswerLost as error:
        raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
    except call_faults.EntriesRejected as rejected:
        response = Response(200, [], rejected.answer.encode())
    response_headers: Any = dict(response.headers)
    return AWSResponse(request.url, response.status, response_headers, Body(response.body))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


class Body(BytesIO):
    """A response's body, with the method of urllib3 that botocore calls."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


class _Unsigned(auth.SigV4Auth):
    """Names the access key, region and service, as a signature does. The backend verifies no signature."""

    def add_auth(self, request: Any) -> None:
        if _backend is None or not request.url.startswith(_backend.url):
            super().add_auth(request)
            return
        if self.credentials is None:
            raise NoCredentialsError()
        request.context["timestamp"] = ANY_TIME
        request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={self.scope(request)}"
