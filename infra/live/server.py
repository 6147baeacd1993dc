"""Serves the live page: its files, its API, and a stream of server-sent events with the state of the run."""

import asyncio
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from infra.live import dead_letters, files
from infra.live.order_tracker import OrderTracker
from infra.live.problems import Problem
from infra.live.requests import Message, QueueChange, Redrive, ServiceChange, parse
from infra.live.state import dead_ids, hidden_until, owner_of_orders, set_delay, state
from infra.live.topology import Queue, Topology, topology
from infra.local.aws import queues
from infra.local.control.project import PAGE, RunParts
from infra.local.http import asgi, guard
from infra.local.http.tokens import OPERATE
from infra.local.model.messages import Request, Response
from infra.local.reporting.journal import Journal, QueueInput
from infra.shared.order_kinds import KINDS
from infra.shared.order_kinds import request as body_of

if TYPE_CHECKING:
    from infra.local.http.tokens.issuer import Issuer

API = "/api/"
UPDATE_SECONDS = 0.2
QUIET_SECONDS = 10.0
"""After this time without a change, a comment in the stream shows that the connection is alive."""


class LivePage:
    """The live page of one run. It reads the journal only while a browser shows the page."""

    def __init__(self, parts: RunParts, journal: Journal, issuer: "Issuer | None") -> None:
        self._parts, self._journal, self._issuer = parts, journal, issuer
        self._mapped: tuple[object, Topology] = (None, Topology())
        self._tracker = OrderTracker(journal, self._topology, parts.faults.originals)
        self._ended = False

    def end(self) -> None:
        """Ends the event streams: an open stream would delay the end of the run."""
        self._ended = True

    async def answer(self, request: Request, receive: asgi.Receive, send: asgi.Send) -> None:
        """Answers a request whose path starts with PAGE."""
        path = request.path.removeprefix(PAGE)
        reason = guard.cross_site_reason(request) if path.startswith(API) else None
        if reason is not None:
            await asgi.write_response(send, Problem(HTTPStatus.FORBIDDEN, reason).answer())
            return
        if path == f"{API}events" and request.method == "GET":
            await self._stream(receive, send)
            return
        try:
            answer = self._answer_api(request, path) if path.startswith(API) else files.answer(path)
        except Problem as problem:
            answer = problem.answer()
        await asgi.write_response(send, answer)

    def _answer_api(self, request: Request, path: str) -> Response:
        parts = [unquote(part) for part in path.removeprefix(API).split("/")]
        if parts[0] == "queues" and len(parts) > 1:
            result = self._answer_queue(request, self._queue(parts[1]), parts[2:])
        else:
            result = self._answer_other(request, parts)
        if result is None:
            raise Problem(HTTPStatus.NOT_FOUND, f"the page's API has no {request.method} {request.path}")
        return _json(result)

    def _answer_other(self, request: Request, path: list[str]) -> dict[str, Any] | None:
        match request.method, path:
            case "GET", ["map"]:
                return self._topology().to_json()
            case "GET", ["state"]:
                return self._state()
            case "GET", ["kinds"]:
                return kinds()
            case "GET", ["token"]:
                return {"token": self._token()}
            case "GET", ["orders", order_id]:
                return self._order(order_id)
            case "PATCH", ["services", name]:
                return self._change_service(name, parse(ServiceChange, request))
        return None

    def _answer_queue(self, request: Request, queue: Queue, path: list[str]) -> dict[str, Any] | None:
        match request.method, path:
            case "PATCH", []:
                return self._change_queue(queue, parse(QueueChange, request))
            case "GET", ["messages"]:
                return dead_letters.list_messages(queue.name, self._parts.faults.originals)
            case "POST", ["messages"]:
                return self._send(queue, parse(Message, request))
            case "POST", ["redrive"]:
                return self._redrive(queue, parse(Redrive, request))
            case "DELETE", ["messages", message_id]:
                queues.remove(queue.name, dead_letters.find(queue.name, message_id))
                return {"discarded": message_id}
        return None

    def _token(self) -> str | None:
        """An operator's token for the page's requests; None if the run requires no tokens."""
        return self._issuer.token("live-page", OPERATE) if self._issuer else None

    def _topology(self) -> Topology:
        stacks = tuple(self._parts.stacks.running.values())
        key = tuple(map(id, stacks))
        if self._mapped[0] != key:
            self._mapped = (key, topology(stacks))
        return self._mapped[1]

    def _state(self) -> dict[str, Any]:
        return state(self._parts, self._topology(), self._tracker)

    def _queue(self, name: str) -> Queue:
        known = self._topology().queues
        if name not in known:
            raise Problem(
                HTTPStatus.NOT_FOUND, f"there is no queue {name}: the queues are {', '.join(known)}"
            )
        return known[name]

    def _order(self, order_id: str) -> dict[str, Any]:
        self._tracker.catch_up()
        order = self._tracker.orders.get(order_id)
        if order is None:
            raise Problem(
                HTTPStatus.NOT_FOUND, f"order {order_id} is not among the recent orders that the page keeps"
            )
        known = self._topology()
        return order.to_json(owner_of_orders(known), dead_ids(known), hidden_until(known), known.service_of)

    def _change_service(self, name: str, change: ServiceChange) -> dict[str, Any]:
        if name not in self._topology().services:
            known = ", ".join(self._topology().services)
            raise Problem(HTTPStatus.NOT_FOUND, f"there is no service {name}: the services are {known}")
        faults = self._parts.faults.service(name)
        if change.slow_seconds is not None:
            faults.slow_seconds = change.slow_seconds
        if change.running is True:
            faults.running.set()
        elif change.running is False:
            faults.running.clear()
        return {"running": faults.running.is_set(), "slow_seconds": faults.slow_seconds}

    def _change_queue(self, queue: Queue, change: QueueChange) -> dict[str, Any]:
        faults = self._parts.faults.queue(queue.name)
        if queue.holds_dead_letters:
            raise Problem(
                HTTPStatus.CONFLICT,
                f"{queue.name} is a dead-letter queue without a consumer: it has no faults",
            )
        for name in ("duplicate", "reorder", "break_next"):
            value = getattr(change, name)
            if value is not None:
                setattr(faults, name, value)
        if change.delay_seconds is not None:
            if faults.original_delay_seconds is None:
                faults.original_delay_seconds = int(queues.named(queue.name).delay_seconds)
            set_delay(queue.name, change.delay_seconds)
        # Inject now: no mapping polls while the service is stopped, and the page shows the changed messages.
        self._parts.deliveries.inject_faults(queue.name)
        self._parts.deliveries.poll_now()
        return self._state()["queues"][queue.name]  # type: ignore[no-any-return]  # as in the page's JSON

    def _send(self, queue: Queue, message: Message) -> dict[str, Any]:
        sent = queues.send(queue.name, message.body, {})
        self._journal.note(QueueInput(queue.name, [message.body]))
        self._parts.deliveries.poll_now()
        return {"message_id": sent.id}

    def _redrive(self, queue: Queue, redrive: Redrive) -> dict[str, Any]:
        if queue.source is None:
            reason = f"{queue.name} has no source queue"
            if queue.holds_dead_letters:
                reason += ": run `choreo republish` to publish the relay's events again"
            raise Problem(HTTPStatus.CONFLICT, reason)
        bodies = dead_letters.redrive(queue.name, queue.source, redrive.message_id, redrive.body)
        self._journal.note(QueueInput(queue.source, bodies))
        self._parts.deliveries.poll_now()
        return {"moved": len(bodies), "to": queue.source}

    async def _stream(self, receive: asgi.Receive, send: asgi.Send) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        disconnected = asyncio.ensure_future(receive())
        last_sent: dict[str, str] = {}
        quiet_seconds = 0.0
        while not disconnected.done() and not self._ended:
            update = ""
            for name, value in (("map", self._topology().to_json()), ("state", self._state())):
                text = json.dumps(value)
                if last_sent.get(name) != text:
                    last_sent[name] = text
                    update += f"event: {name}\ndata: {text}\n\n"
            quiet_seconds = 0.0 if update else quiet_seconds + UPDATE_SECONDS
            if quiet_seconds >= QUIET_SECONDS:
                update, quiet_seconds = ": no change\n\n", 0.0
            if update:
                await send({"type": "http.response.body", "body": update.encode(), "more_body": True})
            await asyncio.wait([disconnected], timeout=UPDATE_SECONDS)
        disconnected.cancel()
        await send({"type": "http.response.body", "body": b""})


def kinds() -> dict[str, Any]:
    """The orders that the page can place. `cancelled` marks those that it cancels at once."""
    return {name: {"body": body_of(name, "ada"), "cancelled": kind.cancelled} for name, kind in KINDS.items()}


def _json(value: Any) -> Response:
    headers = [("content-type", "application/json"), ("cache-control", "no-store")]
    return Response(200, headers, json.dumps(value).encode())
