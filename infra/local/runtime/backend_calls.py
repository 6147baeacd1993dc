"""Sends AWS calls to the backend in frames, over kept connections, and applies injected faults to them."""

import os
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from urllib3.util.wait import wait_for_read

from infra.local.model.messages import Request, Response
from infra.local.runtime import call_faults
from infra.local.runtime.connection import Connection


class Backend:
    """The backend's address, and the idle connections to it. Threads may send calls at the same time."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self._address = f"{host}:{port}", (host, port)
        self.url = f"http://{self.host}/"
        self._idle: list[Connection] = []

    def answer(self, operation: str, url: str, context: Mapping[str, Any], request: Request) -> Response:
        """The response to a call, whose URL and context are botocore's.

        Raises what botocore raises without an answer, also if a fault is injected into this call.
        """
        try:
            call_faults.current.strike("before", operation, request.body)
            response = self._exchange(url, context, request)
            call_faults.current.strike("after", operation, request.body)
        except call_faults.AnswerLost as error:
            raise ReadTimeoutError(endpoint_url=url, error=error) from error
        except call_faults.EntriesRejected as rejected:
            return Response(200, [], rejected.answer.encode())
        return response

    def close(self) -> None:
        """Closes the idle connections. The next calls open new ones."""
        while self._idle:
            self._idle.pop().close()

    def _exchange(self, url: str, context: Mapping[str, Any], request: Request) -> Response:
        config = context["client_config"]
        connection = self._connection(url, config.connect_timeout)
        try:
            response = connection.exchange(request, context.get("read_timeout", config.read_timeout))
        except BaseException as error:  # also an exception of the function's own signal handlers
            connection.close()
            if isinstance(error, TimeoutError):
                raise ReadTimeoutError(endpoint_url=url, error=error) from error
            if isinstance(error, OSError):
                raise ConnectionClosedError(endpoint_url=url, error=error) from error
            raise
        self._idle.append(connection)
        return response

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


_current: Backend | None = None


def use(host: str, port: int) -> None:
    """Makes this backend the one of the process."""
    global _current
    close()
    _current = Backend(host, port)


def backend_at(url: str) -> Backend | None:
    """The backend, if the URL is one of its own."""
    return _current if _current is not None and url.startswith(_current.url) else None


def close() -> None:
    """Closes the connections to the backend."""
    if _current is not None:
        _current.close()


os.register_at_fork(after_in_child=close)  # the connections belong to the parent process
