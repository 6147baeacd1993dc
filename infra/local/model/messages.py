"""The messages between the parts of the local AWS: HTTP requests and responses, AWS calls, batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """An HTTP request. Header names are in lower case; a repeated header has several entries.

    `path` is not decoded.
    """

    method: str
    path: str
    query: str = ""
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Response:
    """An HTTP response. Header names are in lower case."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class AwsCall:
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
