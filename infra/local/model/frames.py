"""Requests and responses as frames: between the processes of a run, they save the cost of HTTP's syntax.

A frame is the lengths of its head and its body, then the head as JSON, then the body. A connection has one
request at a time.
"""

import json
from collections.abc import Iterator
from struct import Struct

from infra.local.model.messages import Request, Response

OPENING = b"\0"
"""The first byte of a connection. No HTTP request starts with it, so both can share a port."""

_LENGTHS = Struct(">II")


def from_request(request: Request) -> bytes:
    head = [request.method, request.path, request.query, list(request.headers)]
    return _frame(head, request.body)


def from_response(response: Response) -> bytes:
    return _frame([response.status, list(response.headers)], response.body)


def to_request(head: bytes, body: bytes) -> Request:
    method, path, query, headers = json.loads(head)
    return Request(method, path, query, headers, body)


def to_response(head: bytes, body: bytes) -> Response:
    status, headers = json.loads(head)
    return Response(status, headers, body)


class Reader:
    """Collects received bytes, and yields the head and the body of each complete frame."""

    def __init__(self) -> None:
        self._received = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        self._received += data
        while len(self._received) >= _LENGTHS.size:
            head, body = _LENGTHS.unpack_from(self._received)
            begin = _LENGTHS.size + head
            if len(self._received) < begin + body:
                return
            found = bytes(self._received[: begin + body])
            del self._received[: begin + body]
            yield found[_LENGTHS.size : begin], found[begin:]


def _frame(head: object, body: bytes) -> bytes:
    encoded = json.dumps(head, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(encoded), len(body)) + encoded + body
