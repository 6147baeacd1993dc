"""The page's addresses: its files, its API, and the stream of server-sent events that keeps it up to date."""

import asyncio
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from infra.local.aws import queues
from infra.local.http import asgi, guard
from infra.local.http.tokens import OPERATE
from infra.local.live import PREFIX, dead_letters, files
from infra.local.live.order_tracker import OrderTracker
from infra.local.live.problems import Problem
from infra.local.live.requests import Message, QueueChange, Redrive, ServiceChange, parse
from infra.local.live.state import RunParts, dead_ids, owner_of_orders, set_delay, state
from infra.local.live.topology import Queue, Topology, topology
from infra.local.model.messages import Answer, Request
from infra.local.reporting.journal import Journal, QueueInput
from infra.shared.order_kinds import KINDS
from infra.shared.order_kinds import request as body_of

if TYPE_CHECKING:
    from infra.local.http.tokens.issuer import Issuer

API = "/api/"
UPDATE_SECONDS = 0.2
QUIET_SECONDS = 10.0
"""After so long without news, a line that says so keeps the connection known to be alive."""


class LivePage:
    """The page of one run. It does nothing while no page is open."""

    def __init__(self, parts: RunParts, journal: Journal, issuer: "Issuer | None") -> None:
        self._parts, self._journal, self._issuer = parts, journal, issuer
        self._mapped: tuple[object, Topology] = (None, Topology())
        self._tracker = OrderTracker(journal, self._topology, parts.faults.originals)
        self._ended = False

    def end(self) -> None:
        """Ends the streams, so that they do not hold the end of the run up."""
        self._ended = True

    async def answer(self, request: Request, receive: asgi.Receive, send: asgi.Send) -> None:
        """Answers a request below PREFIX."""
        path = request.path.removeprefix(PREFIX)
        reason = guard.foreign(request) if path.startswith(API) else None
        if reason is not None:
            await asgi.write(send, Problem(HTTPStatus.FORBIDDEN, reason).answer())
            return
        if path == f"{API}events" and request.method == "GET":
            await self._stream(receive, send)
            return
        try:
            answered = self._api(request, path) if path.startswith(API) else files.answer(path)
        except Problem as problem:
            answered = problem.answer()
        await asgi.write(send, answered)

    def _api(self, request: Request, path: str) -> Answer:
        asked = [unquote(part) for part in path.removeprefix(API).split("/")]
        match request.method, asked:
            case "GET", ["map"]:
                return _json(self._topology().to_json())
            case "GET", ["state"]:
                return _json(self._state())
            case "GET", ["kinds"]:
                return _json(kinds())
            case "GET", ["token"]:
                return _json({"token": self._token()})
            case "GET", ["orders", order_id]:
                return _json(self._order(order_id))
            case "PATCH", ["services", name]:
                return _json(self._change_service(name, parse(ServiceChange, request)))
            case "PATCH", ["queues", name]:
                return _json(self._change_queue(self._queue(name), parse(QueueChange, request)))
            case "GET", ["queues", name, "messages"]:
                return _json(dead_letters.list_messages(self._queue(name).name, self._parts.faults.originals))
            case "POST", ["queues", name, "messages"]:
                return _json(self._poison(self._queue(name), parse(Message, request)))
            case "POST", ["queues", name, "redrive"]:
                return _json(self._redrive(self._queue(name), parse(Redrive, request)))
            case "DELETE", ["queues", name, "messages", message_id]:
                queues.remove(self._queue(name).name, dead_letters.find(name, message_id))
                return _json({"discarded": message_id})
        raise Problem(
            HTTPStatus.NOT_FOUND, f"{request.method} {request.path} is nothing that the page can do"
        )

    def _token(self) -> str | None:
        """An operator's, for the requests that the page makes; None where the run gives no tokens."""
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
            raise Problem(HTTPStatus.NOT_FOUND, f"there is no queue {name}: there are {', '.join(known)}")
        return known[name]

    def _order(self, order_id: str) -> dict[str, Any]:
        self._tracker.catch_up()
        order = self._tracker.orders.get(order_id)
        if order is None:
            raise Problem(HTTPStatus.NOT_FOUND, f"order {order_id} is not among the recent ones")
        known = self._topology()
        return order.to_json(owner_of_orders(known), dead_ids(known), known.service_of)

    def _change_service(self, name: str, change: ServiceChange) -> dict[str, Any]:
        if name not in self._topology().services:
            known = ", ".join(self._topology().services)
            raise Problem(HTTPStatus.NOT_FOUND, f"there is no service {name}: there are {known}")
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
            raise Problem(HTTPStatus.CONFLICT, f"{queue.name} holds dead letters, and has no consumer")
        for name in ("duplicate", "reorder", "break_next"):
            wanted = getattr(change, name)
            if wanted is not None:
                setattr(faults, name, wanted)
        if change.delay_seconds is not None:
            if faults.original_delay_seconds is None:
                faults.original_delay_seconds = int(queues.named(queue.name).delay_seconds)
            set_delay(queue.name, change.delay_seconds)
        self._parts.deliveries.inject_faults(
            queue.name
        )  # also the messages that wait already, even while no function receives
        self._parts.deliveries.poll_now()
        return self._state()["queues"][queue.name]  # type: ignore[no-any-return]  # as in the page's JSON

    def _poison(self, queue: Queue, message: Message) -> dict[str, Any]:
        sent = queues.send(queue.name, message.body, {})
        self._journal.note(QueueInput(queue.name, [message.body]))
        self._parts.deliveries.poll_now()
        return {"message_id": sent.id}

    def _redrive(self, queue: Queue, asked: Redrive) -> dict[str, Any]:
        if queue.source is None:
            why = "has no queue to go back to"
            if queue.holds_dead_letters:
                why += ": `choreo republish` heals what a relay gave up"
            raise Problem(HTTPStatus.CONFLICT, f"{queue.name} {why}")
        bodies = dead_letters.redrive(queue.name, queue.source, asked.message_id, asked.body)
        self._journal.note(QueueInput(queue.source, bodies))
        self._parts.deliveries.poll_now()
        return {"moved": len(bodies), "to": queue.source}

    async def _stream(self, receive: asgi.Receive, send: asgi.Send) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        gone = asyncio.ensure_future(receive())
        told: dict[str, str] = {}
        quiet = 0.0
        while not gone.done() and not self._ended:
            news = ""
            for name, value in (("map", self._topology().to_json()), ("state", self._state())):
                text = json.dumps(value)
                if told.get(name) != text:
                    told[name] = text
                    news += f"event: {name}\ndata: {text}\n\n"
            quiet = 0.0 if news else quiet + UPDATE_SECONDS
            if quiet >= QUIET_SECONDS:
                news, quiet = ": nothing new\n\n", 0.0
            if news:
                await send({"type": "http.response.body", "body": news.encode(), "more_body": True})
            await asyncio.wait([gone], timeout=UPDATE_SECONDS)
        gone.cancel()
        await send({"type": "http.response.body", "body": b""})


def kinds() -> dict[str, Any]:
    """The orders that the page can place, and which are cancelled at once."""
    return {name: {"body": body_of(name, "ada"), "cancelled": kind.cancelled} for name, kind in KINDS.items()}


def _json(value: Any) -> Answer:
    headers = [("content-type", "application/json"), ("cache-control", "no-store")]
    return Answer(200, headers, json.dumps(value).encode())
