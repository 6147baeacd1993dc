"""The journal of a run, bounded in size. It is only read while a live page is open.

Noting costs an append. Bodies are kept as they came; `story.py` reads them when they are looked at. Headers
are not kept: no reader needs them, and they are longer than most bodies.
"""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from infra.local.model.messages import AwsCall, Batch, Request, Response
from infra.local.model.stack import EventSource, Route

LIMIT_BYTES = 8 * 1024 * 1024
ENTRY_BYTES = 400
"""What an entry costs beyond its bodies, about."""
SENT = {("sns", "Publish"), ("sns", "PublishBatch"), ("sqs", "SendMessage"), ("sqs", "SendMessageBatch")}


@dataclass(frozen=True)
class HttpRequest:
    """A request to the HTTP API, and its answer."""

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
    """A batch on its way to a function."""

    source: EventSource
    batch: Batch
    at: float = field(default_factory=time.time)

    @property
    def size_bytes(self) -> int:
        return sum(len(record.get("body", "")) for record in self.batch.records)


@dataclass(frozen=True)
class DeliveryEnd:
    """How a delivery ended: with the function's answer, or with the reason why there is none."""

    delivery: Delivery
    answer: Any = None
    failure: str | None = None
    at: float = field(default_factory=time.time)
    size_bytes: int = 0


@dataclass(frozen=True)
class QueueInput:
    """Messages that a person put into a queue through the page."""

    queue_name: str
    bodies: Sequence[str]
    at: float = field(default_factory=time.time)

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.bodies))


Entry = HttpRequest | PublishCall | Delivery | DeliveryEnd | QueueInput


class Journal:
    """The last entries, up to LIMIT_BYTES of them; `count` is how many there ever were."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._entries: deque[Entry] = deque()
        self._left_bytes = limit_bytes
        self.count = 0

    def note(self, entry: Entry) -> None:
        self._entries.append(entry)
        self.count += 1
        self._left_bytes -= entry.size_bytes + ENTRY_BYTES
        while self._left_bytes < 0:
            gone = self._entries.popleft()
            self._left_bytes += gone.size_bytes + ENTRY_BYTES

    def note_call(self, call: AwsCall, answer: Response) -> None:
        """An AWS call that was answered: noted if it sent anything."""
        if answer.status == 200 and (call.service, call.operation) in SENT:
            self.note(PublishCall(replace(call, request=replace(call.request, headers=()))))

    def note_request(self, route: Route, request: Request, answer: Response, began: float) -> None:
        """A request to the HTTP API that was answered."""
        self.note(HttpRequest(route, replace(request, headers=()), replace(answer, headers=()), began))

    def note_delivery(self, source: EventSource, batch: Batch) -> Delivery:
        """A batch that a function is invoked with; what a stream delivers is not kept."""
        kept = batch if source.arn.split(":")[2] == "sqs" else Batch(())
        delivery = Delivery(source, kept)
        self.note(delivery)
        return delivery

    def since(self, count: int) -> Iterable[Entry]:
        """The entries after the first `count`, as far as they are still kept."""
        start = len(self._entries) - (self.count - count)
        return islice(self._entries, max(start, 0), None)
