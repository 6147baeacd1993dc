"""Tracks orders by reading the journal: their requests, events and messages, and counts of all messages."""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from infra.live.publish_calls import parse_event, sent_messages
from infra.live.service_counts import ServiceCounts
from infra.live.topology import Topology
from infra.live.tracked_orders import Attempt, TrackedMessage, TrackedOrder, order_ids
from infra.local.event_sources.mapping import failed_items, reports_failures
from infra.local.reporting.journal import (
    Delivery,
    DeliveryEnd,
    Entry,
    HttpRequest,
    Journal,
    LogLine,
    PublishCall,
    QueueInput,
)
from infra.shared.arns import name_of

MAX_ORDERS = 200


class OrderTracker:
    """The last MAX_ORDERS orders. `catch_up` reads the new entries of the journal."""

    def __init__(self, journal: Journal, topology: Callable[[], Topology], originals: dict[str, str]) -> None:
        self._journal, self._topology, self._originals = journal, topology, originals
        self._read = 0
        self._under_way: dict[int, list[tuple[TrackedOrder, TrackedMessage, Attempt]]] = {}
        self._lines: OrderedDict[str | None, list[LogLine]] = OrderedDict()
        """The lines of running invocations that name no order, by request id."""
        self.services: defaultdict[str | None, ServiceCounts] = defaultdict(ServiceCounts)
        self.orders: OrderedDict[str, TrackedOrder] = OrderedDict()
        self.flow: Counter[str] = Counter()
        """The number of messages on each edge of the map. Its key is a topic, a queue, `topic queue`, or
        `request service`."""

    def catch_up(self) -> None:
        """Processes the journal's entries since the last call."""
        entries, self._read = list(self._journal.since(self._read)), self._journal.count
        for entry in entries:
            self._process(entry)

    def _process(self, entry: Entry) -> None:
        match entry:
            case HttpRequest():
                self._on_request(entry)
            case PublishCall():
                self._on_publish_call(entry)
            case Delivery():
                self._on_delivery(entry)
            case DeliveryEnd():
                self._on_delivery_end(entry)
            case LogLine():
                self._on_log_line(entry)
            case QueueInput():
                for body in entry.bodies:
                    self._on_resend(entry.queue_name, body, entry.at)

    def _on_request(self, entry: HttpRequest) -> None:
        self.flow[f"request {self._topology().service_of(entry.route.function)}"] += 1
        for order_id in order_ids(entry):
            order = self._order(order_id, entry.began)
            order.requests.append(entry)
            order.at = min(order.at, entry.began)

    def _on_publish_call(self, entry: PublishCall) -> None:
        for message in sent_messages(entry.call):
            if entry.call.service == "sns":
                self._on_publish(message.to, message.body, message.attributes, entry.at)
            elif self._is_dead_letter(message.to):
                self.flow[message.to] += 1
                self.services[self._topology().queues[message.to].service].add_dead_letter()
                self._on_dead_letter(message.to, message.body, message.attributes.get("reason"), entry.at)
            else:
                self._on_resend(message.to, message.body, entry.at)

    def _on_publish(self, topic: str, body: str, attributes: dict[str, str], at: float) -> None:
        topology = self._topology()
        self.flow[topic] += 1
        event = parse_event(body)
        publisher = topology.topics[topic].publisher if topic in topology.topics else None
        if event is not None:
            order = self._order(event["subject"], at)
            order.events.setdefault(event["id"], (at, publisher, event))
        for queue in topology.subscribers(topic, attributes):
            self.flow[f"{topic} {queue.name}"] += 1
            if event is not None:
                self._message(order, event, queue.name, at)

    def _on_delivery(self, entry: Delivery) -> None:
        name = name_of(entry.source.arn)
        begun = self._under_way[id(entry)] = list[tuple[TrackedOrder, TrackedMessage, Attempt]]()
        for record in entry.batch.records:
            self.flow[name] += 1
            event = self._event(record["body"])
            if event is None:
                continue
            order = self._order(event["subject"], entry.at)
            message = self._message(order, event, name, entry.at)
            number = int(record["attributes"]["ApproximateReceiveCount"])
            attempt = Attempt(record["messageId"], number, entry.at)
            message.attempts.append(attempt)
            begun.append((order, message, attempt))

    def _on_delivery_end(self, entry: DeliveryEnd) -> None:
        begun = self._under_way.pop(id(entry.delivery), [])
        self._add_lines({order.order_id: order for order, _, _ in begun}.values(), entry.request_id)
        source = entry.delivery.source
        known = [record["messageId"] for record in entry.delivery.batch.records]
        failed = failed_items(entry.answer, known, reports=reports_failures(source))
        self._count_delivery(entry, len(known), failed)
        for order, message, attempt in begun:
            order.revision += 1
            if attempt.outcome != "running":
                continue  # the consumer has sent it to the dead-letter queue
            if entry.failure is not None or failed is None:
                attempt.end(entry.at, "failed", entry.failure or "a malformed answer")
            elif attempt.message_id in failed:
                attempt.end(entry.at, "retrying")
            else:
                attempt.end(entry.at, "duplicate" if message.handled else "handled")

    def _on_log_line(self, entry: LogLine) -> None:
        """Adds a line to its order. A line without an order belongs to all orders of its invocation."""
        request_id, order_id = entry.line["request_id"], entry.line["order_id"]
        if order_id is not None:
            self._order(order_id, entry.at).add_line(entry)
        elif request_id is not None:
            self._lines.setdefault(request_id, []).append(entry)
            while len(self._lines) > MAX_ORDERS:
                self._lines.popitem(last=False)

    def _add_lines(self, orders: Iterable[TrackedOrder], request_id: str | None) -> None:
        lines = self._lines.pop(request_id, [])
        for order in orders:
            for entry in lines:
                order.add_line(entry)

    def _count_delivery(self, entry: DeliveryEnd, messages: int, failed: list[str] | None) -> None:
        if messages:  # the journal keeps no records of streams
            all_failed = entry.failure is not None or failed is None
            service = self._topology().service_of(entry.delivery.source.function)
            self.services[service].add_delivery(
                messages, messages if all_failed else len(failed or ()), entry.at - entry.delivery.at
            )

    def _on_dead_letter(self, name: str, body: str, reason: str | None, at: float) -> None:
        event = self._event(body)
        source = self._topology().queues[name].source
        if event is None or source is None:
            return
        order = self._order(event["subject"], at)
        for attempt in self._message(order, event, source, at).attempts:
            if attempt.outcome == "running":
                attempt.end(at, "dead", reason)

    def _on_resend(self, name: str, body: str, at: float) -> None:
        event = self._event(body)
        if event is not None and not self._is_dead_letter(name):
            order = self._order(event["subject"], at)
            self._message(order, event, name, at).resent_at = at

    def _message(self, order: TrackedOrder, event: dict[str, Any], queue: str, at: float) -> TrackedMessage:
        key = (event["id"], queue)
        if key not in order.messages:
            topology = self._topology()
            known = topology.queues.get(queue)
            first, publisher, _ = order.events.get(event["id"], (at, None, None))
            order.messages[key] = TrackedMessage(
                event, publisher, known.service if known else queue, queue, first
            )
        return order.messages[key]

    def _order(self, order_id: str, at: float) -> TrackedOrder:
        if order_id not in self.orders:
            self.orders[order_id] = TrackedOrder(order_id, at)
            while len(self.orders) > MAX_ORDERS:
                self.orders.popitem(last=False)
        order = self.orders[order_id]
        order.revision += 1
        return order

    def _event(self, body: str) -> dict[str, Any] | None:
        """The event in a message body. For a body that fault injection broke, the original event."""
        return parse_event(self._originals.get(body, body))

    def _is_dead_letter(self, name: str) -> bool:
        queue = self._topology().queues.get(name)
        return queue is not None and queue.holds_dead_letters
