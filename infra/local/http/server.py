"""The server of the local run: HTTP for everyone, and frames for the functions' processes, on one port."""

import asyncio
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any, Protocol

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from infra.local.http import asgi
from infra.local.http.frame_protocol import Disconnected, FrameProtocol
from infra.local.model import frames
from infra.local.model.messages import Request, Response


class Application(Protocol):
    """An ASGI application that can also answer requests without ASGI."""

    def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> Awaitable[None]: ...

    def respond(self, request: Request, disconnected: Disconnected) -> Awaitable[Response]:
        """The response to a request of a function's process."""
        ...


class Server(uvicorn.Server):
    """A server that stops at SIGINT and SIGTERM. It first calls `at_exit`, which ends the long polls."""

    def __init__(self, application: Application, *at_exit: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=FirstByte,
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


class FirstByte(asyncio.Protocol):
    """Selects the protocol of a new connection by its first byte."""

    def __init__(self, config: uvicorn.Config, **given: Any) -> None:
        self._config, self._given = config, given

    def connection_made(self, transport: Any) -> None:
        self._transport: asyncio.Transport = transport

    def data_received(self, data: bytes) -> None:
        protocol = self._frames() if data.startswith(frames.OPENING) else self._http()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(data.removeprefix(frames.OPENING))

    def _http(self) -> asyncio.Protocol:
        return HttpProtocol(self._config, **self._given)

    def _frames(self) -> asyncio.Protocol:
        application: Application = self._config.app  # type: ignore[assignment]  # `Server` sets it
        return FrameProtocol(application.respond, self._given["server_state"].connections)


class HttpProtocol(HttpToolsProtocol):
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
