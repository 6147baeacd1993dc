"""Connections from a function's process to the backend, which carry frames instead of HTTP."""

import socket

from infra.local.model import frames
from infra.local.model.messages import Request, Response

CHUNK_BYTES = 256 * 1024


class Connection:
    """A kept connection. After an error, close it: its answer may still arrive.

    Raises OSError if the backend does not accept it within `timeout_seconds`.
    """

    def __init__(self, address: tuple[str, int], timeout_seconds: float | None = None) -> None:
        self.socket = socket.create_connection(address, timeout_seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._opening, self._reader = frames.OPENING, frames.Reader()

    def exchange(self, request: Request, timeout_seconds: float | None = None) -> Response:
        """Sends a request and returns the response.

        Raises TimeoutError if the backend sends nothing for `timeout_seconds`, or else OSError.
        """
        self.socket.settimeout(timeout_seconds)
        self.socket.sendall(self._opening + frames.from_request(request))
        self._opening = b""
        while data := self.socket.recv(CHUNK_BYTES):
            for frame in self._reader.feed(data):
                return frames.to_response(*frame)
        raise ConnectionResetError("the backend has closed the connection")

    def close(self) -> None:
        self.socket.close()


class BackendConnection:
    """Requests to the backend's control API over one connection, which it opens again if needed."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._connection: Connection | None = None

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Response:
        """Sends a request and returns the response. Raises OSError if a second try fails, too.

        The backend may have restarted while the function was running. A second try is safe: the backend
        accepts only one answer for each request id.
        """
        request = Request(method, f"/_local/{path}", "", list((headers or {}).items()), body)
        try:
            return self._exchange(request)
        except OSError:
            return self._exchange(request)

    def close(self) -> None:
        """Closes the connection. The next request opens a new one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _exchange(self, request: Request) -> Response:
        try:
            self._connection = self._connection or Connection(self._address)
            return self._connection.exchange(request)
        except OSError:
            self.close()
            raise
