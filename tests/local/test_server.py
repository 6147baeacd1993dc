"""An answer's head and body leave together, and nothing that is written is kept or lost."""

import asyncio
from typing import Any

from infra.local.http.server import HeadWithBody

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


class Sent:
    """A transport that remembers what it was to send."""

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
        sent: Any = Sent()
        transport = HeadWithBody(sent)
        for part in data:
            transport.write(part)
        if close:
            transport.close()
            assert sent.closed
        else:
            await asyncio.sleep(0)
        return list(sent.writes)

    return asyncio.run(write())


def test_a_head_is_sent_with_its_body() -> None:
    assert written(HEAD, b"body") == [HEAD + b"body"]


def test_a_head_without_a_body_is_sent_in_the_next_turn() -> None:
    assert written(HEAD) == [HEAD]


def test_a_head_leaves_before_the_connection_is_closed() -> None:
    assert written(HEAD, close=True) == [HEAD]


def test_a_streams_later_parts_are_sent_as_they_come() -> None:
    assert written(HEAD, b"one", b"two", b"HTTP/ is text, too") == [
        HEAD + b"one",
        b"two",
        b"HTTP/ is text, too",
    ]


def test_a_body_that_looks_like_a_head_is_a_body() -> None:
    assert written(HEAD, b"HTTP/1.1") == [HEAD + b"HTTP/1.1"]


def test_an_answer_without_a_body_does_not_hold_up_the_next() -> None:
    assert written(HEAD, b"", HEAD, b"body") == [HEAD, HEAD + b"body"]
