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
