"""The web server around the backend."""

import asyncio
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Server(uvicorn.Server):
    """Stops at SIGINT and SIGTERM; `at_exit` runs first, so that no long poll delays the end."""

    def __init__(self, application: Any, *at_exit: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=Protocol,
                log_config=None,
                access_log=False,
                proxy_headers=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )
        self._at_exit = at_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        for end in self._at_exit:
            end()
        super().handle_exit(sig, frame)


class Protocol(HttpToolsProtocol):
    """Sends an answer's head together with its body."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(HeadWithBody(transport))  # type: ignore[arg-type]  # as much of one as is used


class HeadWithBody:
    """A transport that keeps a head until the body follows, or the loop's next turn comes.

    uvicorn writes the two one after the other, and to send was a fifth of the backend's work.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._head = transport, b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._head and data.startswith(b"HTTP/"):
            self._head = data
            asyncio.get_running_loop().call_soon(self.write, b"")
        elif self._head or data:
            head, self._head = self._head, b""
            self._transport.write(head + data)

    def close(self) -> None:
        self.write(b"")
        self._transport.close()
