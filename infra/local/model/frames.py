"""Requests and responses as frames: between the processes of a run, they save the cost of HTTP's syntax.

A frame is the lengths of its head and its body, then the head, then the body. A head is a list of texts that
contain no zero character. A connection has one request at a time.
"""

from collections.abc import Iterator
from itertools import chain
from struct import Struct

from infra.local.model.messages import Headers, Request, Response

OPENING = b"\0"
"""The first byte of a connection. No HTTP request starts with it, so both can share a port."""

_LENGTHS = Struct(">II")
_SEPARATOR = "\0"


def from_request(request: Request) -> bytes:
    return _frame([request.method, request.path, request.query], request.headers, request.body)


def from_response(response: Response) -> bytes:
    return _frame([str(response.status)], response.headers, response.body)


def to_request(head: bytes, body: bytes) -> Request:
    method, path, query, *headers = head.decode().split(_SEPARATOR)
    return Request(method, path, query, _pairs(headers), body)


def to_response(head: bytes, body: bytes) -> Response:
    status, *headers = head.decode().split(_SEPARATOR)
    return Response(int(status), _pairs(headers), body)


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


def _frame(start: list[str], headers: Headers, body: bytes) -> bytes:
    head = _SEPARATOR.join(chain(start, *headers)).encode()
    return _LENGTHS.pack(len(head), len(body)) + head + body


def _pairs(headers: list[str]) -> Headers:
    return list(zip(headers[::2], headers[1::2], strict=True))
