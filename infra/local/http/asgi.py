"""Converts between ASGI messages and the backend's Request and Response."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from infra.local.model.messages import Request, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODILESS = {204, 304}
"""Statuses of responses without a body (RFC 9110, section 6.4.1)."""
CONNECTION_HEADERS = {"content-length", "transfer-encoding", "connection", "keep-alive"}
"""Headers about the connection and the length of the body. The server sets them itself."""


async def read_request(scope: Scope, receive: Receive) -> Request | None:
    """The whole request; None if the client has disconnected."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
    client = scope.get("client") or ("127.0.0.1", 0)
    return Request(scope["method"], path, scope["query_string"].decode("latin-1"), headers, body, client[0])


async def write_response(send: Send, response: Response) -> None:
    """Sends a response with its correct content-length."""
    body = b"" if response.status in BODILESS else response.body
    # A function may set content-length itself, and clients reject a repeated content-length.
    headers = [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in response.headers
        if name not in CONNECTION_HEADERS
    ]
    if response.status not in BODILESS:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
