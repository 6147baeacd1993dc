"""Between ASGI and the backend's own requests and answers."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from infra.local.http_api import Answer, Request

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def read(scope: Scope, receive: Receive) -> Request | None:
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


async def write(send: Send, answer: Answer) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
