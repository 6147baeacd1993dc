"""The server sends head and body of a response in one write, and sends all data."""

import asyncio
from typing import Any

from infra.local.http.server import HeadWithBody

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


class RecordingTransport:
    """A transport that records its writes."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.writes.append(data)

    def close(self) -> None:
        self.closed = True


def written(*data: bytes, close: bool = False) -> list[bytes]:
    async def write() -> list[bytes]:
        transport: Any = RecordingTransport()
        wrapper = HeadWithBody(transport)
        for part in data:
            wrapper.write(part)
        if close:
            wrapper.close()
            assert transport.closed
        else:
            await asyncio.sleep(0)
        return list(transport.writes)

    return asyncio.run(write())


def test_a_head_is_sent_with_its_body() -> None:
    assert written(HEAD, b"body") == [HEAD + b"body"]


def test_a_head_without_a_body_is_sent_in_the_next_iteration() -> None:
    assert written(HEAD) == [HEAD]


def test_closing_the_connection_sends_the_head_first() -> None:
    assert written(HEAD, close=True) == [HEAD]


def test_later_parts_of_a_stream_are_sent_at_once() -> None:
    assert written(HEAD, b"one", b"two", b"HTTP/ is text, too") == [
        HEAD + b"one",
        b"two",
        b"HTTP/ is text, too",
    ]


def test_a_body_may_look_like_a_head() -> None:
    assert written(HEAD, b"HTTP/1.1") == [HEAD + b"HTTP/1.1"]


def test_a_response_without_a_body_does_not_delay_the_next() -> None:
    assert written(HEAD, b"", HEAD, b"body") == [HEAD, HEAD + b"body"]
