"""The journal of a run, which the live page reads. Its size is bounded.

Writing must be cheap, because the journal has readers only while a live page is open: an entry keeps the raw
bodies, and the live page parses them. Headers are dropped: they are longer than most bodies and not needed.
"""

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from infra.local.model.messages import AwsCall, Batch, Request, Response
from infra.local.model.stack import EventSource, Route
from infra.local.reporting.notices import Failure
from infra.shared.arns import service_of

MAX_BYTES = 8 * 1024 * 1024
ENTRY_BYTES = 400
"""The approximate size of an entry without its bodies."""
PUBLISH_CALLS = {
    ("sns", "Publish"),
    ("sns", "PublishBatch"),
    ("sqs", "SendMessage"),
    ("sqs", "SendMessageBatch"),
}


@dataclass(frozen=True)
class HttpRequest:
    """A request to an HTTP API, and its response."""

    route: Route
    request: Request
    answer: Response
    began: float
    at: float = field(default_factory=time.time)

    @property
    def size_bytes(self) -> int:
        return len(self.request.body) + len(self.answer.body)


@dataclass(frozen=True)
class PublishCall:
    """A successful call that published events or sent messages."""

    call: AwsCall
    at: float = field(default_factory=time.time)

    @property
    def size_bytes(self) -> int:
        return len(self.call.request.body)


@dataclass(frozen=True)
class Delivery:
    """The start of an invocation with a batch."""

    source: EventSource
    batch: Batch
    at: float = field(default_factory=time.time)

    @property
    def size_bytes(self) -> int:
        return sum(len(record.get("body", "")) for record in self.batch.records)


@dataclass(frozen=True)
class DeliveryEnd:
    """The end of a delivery, with the function's response or the reason of the failure."""

    delivery: Delivery
    answer: Any = None
    failure: str | None = None
    request_id: str | None = None
    at: float = field(default_factory=time.time)
    size_bytes: int = 0


@dataclass(frozen=True)
class QueueInput:
    """Messages that a user sent to a queue on the live page."""

    queue_name: str
    bodies: Sequence[str]
    at: float = field(default_factory=time.time)

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.bodies))


@dataclass(frozen=True)
class LogLine:
    """A line that a function printed, as `Console` describes it, and the failure in it."""

    line: Mapping[str, Any]
    failure: Failure | None
    at: float

    @property
    def size_bytes(self) -> int:
        return len(self.line["text"]) + (len(self.failure.traceback) if self.failure else 0)


Entry = HttpRequest | PublishCall | Delivery | DeliveryEnd | QueueInput | LogLine


class Journal:
    """The newest entries, up to MAX_BYTES. `count` is the number of all entries since the start."""

    def __init__(self, limit_bytes: int = MAX_BYTES) -> None:
        self._entries: deque[Entry] = deque()
        self._left_bytes = limit_bytes
        self.count = 0

    def note(self, entry: Entry) -> None:
        """Adds an entry, and drops the oldest entries that no longer fit."""
        self._entries.append(entry)
        self.count += 1
        self._left_bytes -= entry.size_bytes + ENTRY_BYTES
        while self._left_bytes < 0:
            dropped = self._entries.popleft()
            self._left_bytes += dropped.size_bytes + ENTRY_BYTES

    def note_call(self, call: AwsCall, answer: Response) -> None:
        """Adds an answered AWS call, if it published events or sent messages."""
        if answer.status == 200 and (call.service, call.operation) in PUBLISH_CALLS:
            self.note(PublishCall(call._replace(request=call.request._replace(headers=()))))

    def note_request(self, route: Route, request: Request, answer: Response, began: float) -> None:
        """Adds an answered request to an HTTP API."""
        self.note(HttpRequest(route, request._replace(headers=()), answer._replace(headers=()), began))

    def note_delivery(self, source: EventSource, batch: Batch) -> Delivery:
        """Adds and returns a delivery. It keeps the records of queues, but not of streams."""
        kept = batch if service_of(source.arn) == "sqs" else Batch(())
        delivery = Delivery(source, kept)
        self.note(delivery)
        return delivery

    def since(self, count: int) -> Iterable[Entry]:
        """The kept entries that follow the first `count` entries of the run."""
        start = len(self._entries) - (self.count - count)
        return islice(self._entries, max(start, 0), None)
