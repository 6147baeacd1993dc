"""The messages between the parts of the local AWS: HTTP requests and responses, AWS calls, batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Headers = Sequence[tuple[str, str]]
"""Names, in lower case, and values. A repeated header has several entries."""


class Request(NamedTuple):
    """An HTTP request. `path` is not decoded."""

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"


class Response(NamedTuple):
    """An HTTP response."""

    status: int
    headers: Headers
    body: bytes


class AwsCall(NamedTuple):
    """A signed request to an AWS service. `operation` is empty if the request does not name it."""

    service: str
    region: str
    operation: str
    request: Request


@dataclass(frozen=True)
class Batch:
    """The records of one invocation."""

    records: tuple[dict[str, Any], ...]

    @property
    def event(self) -> dict[str, Any]:
        """The event of the invocation."""
        return {"Records": list(self.records)}
