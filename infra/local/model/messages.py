"""Messages between the parts of the local AWS: HTTP requests and answers, AWS calls, batches of records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """An HTTP request as it came; header names in lower case, repeated ones in `headers` again."""

    method: str
    path: str
    query: str = ""
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Call:
    """An AWS call as it came in: which service, which operation as far as it can be told, the request."""

    service: str
    region: str
    operation: str
    request: Request


@dataclass(frozen=True)
class Batch:
    """Records to invoke the function with once."""

    records: tuple[dict[str, Any], ...]

    @property
    def event(self) -> dict[str, Any]:
        return {"Records": list(self.records)}
