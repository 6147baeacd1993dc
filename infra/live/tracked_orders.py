"""The tracked orders: their HTTP requests, their messages, and each attempt to handle a message."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any

from infra.live.order_facts import facts
from infra.local.reporting.journal import HttpRequest, LogLine
from order.state import DECIDED, status

LONGEST_LOG = 200
"""The number of log lines that are kept for an order."""
ServiceOf = Callable[[str], str | None]
"""Returns the service of a function, by logical id."""


@dataclass
class Attempt:
    """One delivery of a message.

    `outcome` is running, handled, duplicate, retrying, failed or dead. `number` is the receive count.
    """

    message_id: str
    number: int
    began: float
    ended: float | None = None
    outcome: str = "running"
    reason: str | None = None
    failure: Mapping[str, Any] | None = None
    """The exception that the function raised or logged, as notices.Failure describes it."""

    def end(self, at: float, outcome: str, reason: str | None = None) -> None:
        self.ended, self.outcome, self.reason = at, outcome, reason


@dataclass
class TrackedMessage:
    """An event for one subscriber, with the deliveries of all its copies."""

    event: Mapping[str, Any]
    publisher: str | None
    subscriber: str
    queue: str
    at: float
    attempts: list[Attempt] = field(default_factory=list)
    resent_at: float = 0.0
    """The time at which a user or the consumer last sent it to the queue again; 0 if never."""

    @property
    def handled(self) -> bool:
        return any(attempt.outcome == "handled" for attempt in self.attempts)

    @property
    def state(self) -> str:
        """The state of the message: waiting, running, handled, retrying or dead."""
        if any(attempt.outcome == "running" for attempt in self.attempts):
            return "running"
        last = self.attempts[-1] if self.attempts else None
        if self.handled:
            return "handled"
        if last is None or self.resent_at > last.began:
            return "waiting"
        return "dead" if last.outcome == "dead" else "retrying"

    def to_json(self, dead_ids: frozenset[str], hidden_until: Mapping[str, float]) -> dict[str, Any]:
        """The message for the page. `dead_ids` are the ids of the messages in dead-letter queues.

        They are needed because SQS moves a message there without a call that the journal notes.
        `hidden_until` has the ends of visibility timeouts, by message id.
        """
        dead = self.state == "retrying" and self.attempts[-1].message_id in dead_ids
        waits = self.state == "retrying" and not dead
        return {
            **vars(self),
            "state": "dead" if dead else self.state,
            "next_at": hidden_until.get(self.attempts[-1].message_id) if waits else None,
            "attempts": [vars(attempt) for attempt in self.attempts],
        }


@dataclass
class TrackedOrder:
    """A tracked order. `revision` increases with each change, so the page knows when to read it again."""

    order_id: str
    at: float
    revision: int = 0
    requests: list[HttpRequest] = field(default_factory=list)
    events: dict[str, tuple[float, str | None, Mapping[str, Any]]] = field(default_factory=dict)
    """The time of the first publication, the publisher and the event, by event id."""
    messages: dict[tuple[str, str], TrackedMessage] = field(default_factory=dict)
    """The messages, by event id and queue."""
    log: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=LONGEST_LOG))
    """The log lines of its messages: at, service, level, text, and failure or None."""

    def add_line(self, entry: LogLine) -> None:
        """Adds a log line. Its failure belongs to the attempts under way, or to that of its message."""
        failure = asdict(entry.failure) if entry.failure is not None else None
        shown = {name: entry.line[name] for name in ("at", "service", "level", "text")}
        self.log.append({**shown, "failure": failure})
        if entry.failure is None:
            return
        for message in self.messages.values():
            for attempt in message.attempts:
                named = entry.failure.message_id in (None, attempt.message_id)
                if named and message.subscriber == entry.failure.service and attempt.outcome == "running":
                    attempt.failure = failure

    def status(self, owner: str) -> str:
        """The order's status, from the events that `owner`, the order service, published and handled."""
        event_types = {event["type"] for _, publisher, event in self.events.values() if publisher == owner}
        event_types |= {
            m.event["type"] for m in self.messages.values() if m.subscriber == owner and m.handled
        }
        if any(
            exchange.route.path.endswith("/cancellation") and exchange.answer.status < 300
            for exchange in self.requests
        ):
            event_types.add("order.cancellation_requested")
        return status(frozenset(event_types))

    def facts(self) -> dict[str, Any]:
        """What the events say about the order: customer, items, reason and parcel."""
        return facts((event for _, _, event in self.events.values()), self.requests)

    def summary(self, owner: str) -> dict[str, Any]:
        """The order's line in the list of orders."""
        current = self.status(owner)
        known = self.facts()
        troubled = [m.state for m in self.messages.values() if m.state in ("retrying", "dead")]
        return {
            "order_id": self.order_id,
            "at": self.at,
            "revision": self.revision,
            "status": current,
            "decided": current in DECIDED,
            "trouble": "dead" if "dead" in troubled else "retrying" if troubled else None,
            **{name: known[name] for name in ("customer_id", "amount_minor", "currency", "tracking_number")},
        }

    def to_json(
        self,
        owner: str,
        dead_ids: frozenset[str],
        hidden_until: Mapping[str, float],
        service_of: ServiceOf,
    ) -> dict[str, Any]:
        """The whole order, for the sequence diagram."""
        subscribed = {event_id for event_id, _ in self.messages}
        return {
            **self.summary(owner),
            **self.facts(),
            "requests": [
                {**_request(exchange), "service": service_of(exchange.route.function)}
                for exchange in self.requests
            ],
            "messages": [message.to_json(dead_ids, hidden_until) for message in self.messages.values()],
            "log": list(self.log),
            "unsubscribed": [
                {"at": at, "publisher": publisher, "event": event}
                for event_id, (at, publisher, event) in self.events.items()
                if event_id not in subscribed
            ],
        }


def _request(exchange: HttpRequest) -> dict[str, Any]:
    return {
        "at": exchange.began,
        "ended": exchange.at,
        "method": exchange.request.method,
        "path": exchange.request.path,
        "status": exchange.answer.status,
        "body": _json(exchange.request.body),
        "answer": _json(exchange.answer.body),
    }


def order_ids(exchange: HttpRequest) -> Iterator[str]:
    """The id of the order that a request placed or changed. A GET request changes none."""
    if exchange.request.method != "POST" or exchange.answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    answer, body = _json(exchange.answer.body), _json(exchange.request.body)
    if isinstance(answer, dict) and isinstance(answer.get("order_id"), str):
        yield answer["order_id"]
    elif "{order_id}" in exchange.route.path:
        yield exchange.request.path.split("/")[exchange.route.path.split("/").index("{order_id}")]
    elif isinstance(body, dict) and isinstance(body.get("data"), dict) and exchange.answer.status < 300:
        # A webhook of the carrier: Shipping gave the carrier the order id as its reference.
        reference = body["data"].get("reference")
        if isinstance(reference, str):
            yield reference


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
