"""The connections of the functions' processes to the backend: requests and responses in frames."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from infra.local.model import frames
from infra.local.model.messages import Request, Response

Disconnected = Callable[[], Awaitable[Any]]
"""Returns when the client has disconnected."""
Respond = Callable[[Request, Disconnected], Awaitable[Response]]

_logger = logging.getLogger(__name__)


class FrameProtocol(asyncio.Protocol):
    """One connection. `connections` are all open ones; the server calls `shutdown` of each when it stops."""

    def __init__(self, respond: Respond, connections: set[Any]) -> None:
        self._respond, self._connections = respond, connections
        self._reader, self._disconnected = frames.Reader(), asyncio.Event()
        self._responding: asyncio.Task[None] | None = None
        self._stopping = False

    def connection_made(self, transport: Any) -> None:
        self._transport: asyncio.Transport = transport
        self._connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)
        self._disconnected.set()

    def data_received(self, data: bytes) -> None:
        for frame in self._reader.feed(data):
            self._responding = asyncio.create_task(self._answer(frames.to_request(*frame)))

    def shutdown(self) -> None:
        """Closes the connection, after the response to a request that is under way."""
        self._stopping = True
        if self._responding is None:
            self._transport.close()

    async def _answer(self, request: Request) -> None:
        try:
            response = await self._respond(request, self._disconnected.wait)
        except Exception:
            _logger.exception("%s %s failed", request.method, request.path)
            response = Response(HTTPStatus.INTERNAL_SERVER_ERROR, [], b"Internal Server Error")
        self._responding = None
        if self._disconnected.is_set():
            return
        self._transport.write(frames.from_response(response))
        if self._stopping:
            self._transport.close()
