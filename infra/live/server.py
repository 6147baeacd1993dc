"""Serves the live page: its files, its API, and a stream of server-sent events with the state of the run."""

import asyncio
import json
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from infra.live import call_faults, files, tables
from infra.live.delivery import webhook
from infra.live.event_check import check
from infra.live.order_tracker import OrderTracker
from infra.live.problems import Problem
from infra.live.queue_actions import QueueActions
from infra.live.requests import (
    CallFaultRequest,
    Message,
    MessagePage,
    OrderSearch,
    QueueChange,
    Redrive,
    ServiceChange,
    TablePage,
    parse,
    parse_query,
)
from infra.live.state import RECENT, dead_ids, hidden_until, owner_of_orders, state
from infra.live.topology import Queue, Topology, topology
from infra.live.tracked_orders import TrackedOrder
from infra.local.control.project import PAGE, RunParts
from infra.local.http import asgi, guard
from infra.local.model.messages import Request, Response
from infra.local.reporting.journal import Journal
from infra.shared.operators import OPERATE
from infra.shared.order_kinds import KINDS
from infra.shared.order_kinds import request as body_of

if TYPE_CHECKING:
    from infra.live.lessons import Lessons
    from infra.local.http.tokens.issuer import Issuer

API = "/api/"
UPDATE_SECONDS = 0.2
QUIET_SECONDS = 10.0
"""After this time without a change, a comment in the stream shows that the connection is alive."""


class LivePage:
    """The live page of one run. It reads the journal only while a browser shows the page."""

    def __init__(self, parts: RunParts, journal: Journal, issuer: "Issuer | None") -> None:
        self._parts, self._issuer = parts, issuer
        self._queue_actions = QueueActions(parts, journal)
        self._mapped: tuple[object, Topology] = (None, Topology())
        self._tracker = OrderTracker(journal, self._topology, parts.faults.originals)
        self._ended = False

    @cached_property
    def _lessons(self) -> "Lessons":
        """The lessons, created at the first request for them: their imports take some tenths of a second."""
        from infra.live.lessons import Lessons

        return Lessons(self._parts, tokens=self._issuer is not None)

    def end(self) -> None:
        """Ends the event streams, which would delay the end of the run, and the system of a lesson."""
        self._ended = True
        if "_lessons" in vars(self):
            self._lessons.end()

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
            answer = await self._answer_api(request, path) if path.startswith(API) else files.answer(path)
        except Problem as problem:
            answer = problem.answer()
        await asgi.write_response(send, answer)

    async def _answer_api(self, request: Request, path: str) -> Response:
        parts = [unquote(part) for part in path.removeprefix(API).split("/")]
        if parts[0] == "queues" and len(parts) > 1:
            result = self._answer_queue(request, self._queue(parts[1]), parts[2:])
        elif parts[0] == "lessons":
            result = await self._lessons.answer(request, parts[1:])
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
            case "GET", ["orders"]:
                return self._search(parse_query(OrderSearch, request))
            case "GET", ["orders", order_id]:
                return self._order(order_id)
            case "GET", ["orders", order_id, "delivery"]:
                tracking_number = self._tracked(order_id).facts()["tracking_number"]
                return webhook(self._parts.stacks.running.values(), order_id, tracking_number)
            case "GET", ["tables", name]:
                return self._table(name, parse_query(TablePage, request))
            case "POST", ["check"]:
                return check(parse(Message, request).body)
            case "PATCH", ["services", name]:
                return self._change_service(name, parse(ServiceChange, request))
            case "POST", ["call-faults"]:
                return call_faults.add(self._parts, parse(CallFaultRequest, request))
            case "DELETE", ["call-faults", fault_id]:
                return call_faults.remove(self._parts, fault_id)
        return None

    def _answer_queue(self, request: Request, queue: Queue, path: list[str]) -> dict[str, Any] | None:
        match request.method, path:
            case "PATCH", []:
                self._queue_actions.change(queue, parse(QueueChange, request))
                return dict(self._state()["queues"][queue.name])
            case "GET", ["messages"]:
                return self._queue_actions.browse(queue, parse_query(MessagePage, request).offset)
            case "POST", ["messages"]:
                return self._queue_actions.send(queue, parse(Message, request))
            case "POST", ["redrive"]:
                return self._queue_actions.redrive(queue, parse(Redrive, request))
            case "DELETE", ["messages", message_id]:
                return self._queue_actions.discard(queue, message_id)
            case "POST", ["messages", message_id, "restore"]:
                return self._queue_actions.restore(queue, message_id)
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
        lesson = self._lessons.state() if "_lessons" in vars(self) else None
        return {**state(self._parts, self._topology(), self._tracker), "lesson": lesson}

    def _queue(self, name: str) -> Queue:
        known = self._topology().queues
        if name not in known:
            raise Problem(
                HTTPStatus.NOT_FOUND, f"there is no queue {name}: the queues are {', '.join(known)}"
            )
        return known[name]

    def _search(self, search: OrderSearch) -> dict[str, Any]:
        self._tracker.catch_up()
        owner = owner_of_orders(self._topology())
        newest_first = reversed(self._tracker.orders.values())
        found = [summary for order in newest_first if search.matches(summary := order.summary(owner))]
        return {"orders": found[:RECENT], "count": len(found)}

    def _tracked(self, order_id: str) -> TrackedOrder:
        self._tracker.catch_up()
        order = self._tracker.orders.get(order_id)
        if order is None:
            raise Problem(
                HTTPStatus.NOT_FOUND, f"order {order_id} is not among the recent orders that the page keeps"
            )
        return order

    def _order(self, order_id: str) -> dict[str, Any]:
        known = self._topology()
        return self._tracked(order_id).to_json(
            owner_of_orders(known), dead_ids(known), hidden_until(known), known.service_of
        )

    def _table(self, name: str, page: TablePage) -> dict[str, Any]:
        known = self._topology().tables
        if name not in known:
            raise Problem(
                HTTPStatus.NOT_FOUND, f"there is no table {name}: the tables are {', '.join(known)}"
            )
        return tables.read(name, page.key, page.after)

    def _switch(self, service: str, running: asyncio.Event, *, on: bool) -> None:
        """Starts or stops a service, and announces it."""
        if on:
            running.set()
            self._parts.notices.add("started", f"{service} started on the live page", service)
        else:
            running.clear()
            text = f"{service} stopped on the live page; its new messages wait in their queues"
            self._parts.notices.add("stopped", text, service)

    def _change_service(self, name: str, change: ServiceChange) -> dict[str, Any]:
        if name not in self._topology().services:
            known = ", ".join(self._topology().services)
            raise Problem(HTTPStatus.NOT_FOUND, f"there is no service {name}: the services are {known}")
        faults = self._parts.faults.service(name)
        if change.slow_seconds is not None:
            faults.slow_seconds = change.slow_seconds
        if change.running is not None and change.running != faults.running.is_set():
            self._switch(name, faults.running, on=change.running)
        return {"running": faults.running.is_set(), "slow_seconds": faults.slow_seconds}

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
