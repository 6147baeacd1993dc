"""Between ASGI and the backend's own requests and answers."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from infra.local.model.messages import Request, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODILESS = {204, 304}
"""Statuses of answers that have no body (RFC 9110, section 6.4.1)."""
FRAMING = {"content-length", "transfer-encoding", "connection", "keep-alive"}
"""Headers that say how an answer is sent, which is the server's to say."""


async def read_request(scope: Scope, receive: Receive) -> Request | None:
    """The whole request; None if the caller went away."""
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


async def write_response(send: Send, answer: Response) -> None:
    body = b"" if answer.status in BODILESS else answer.body
    # A function may set its answer's length itself; a header that is there twice is refused by clients.
    headers = [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in answer.headers
        if name not in FRAMING
    ]
    if answer.status not in BODILESS:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
