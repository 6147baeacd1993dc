"""The web server of the local run."""

import asyncio
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Server(uvicorn.Server):
    """A server that stops at SIGINT and SIGTERM. It first calls `at_exit`, which ends the long polls."""

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
        for callback in self._at_exit:
            callback()
        super().handle_exit(sig, frame)


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which here sends head and body of a response together."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(HeadWithBody(transport))  # type: ignore[arg-type]  # it has the methods that uvicorn calls


class HeadWithBody:
    """A transport that holds back a response's head and sends it together with the body.

    Without a body, the head is sent in the next iteration of the event loop. uvicorn writes head and body
    separately, and sending was a fifth of the backend's CPU time.
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
