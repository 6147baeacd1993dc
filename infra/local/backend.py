"""The backend of the local run: AWS endpoint, HTTP API and event source mappings, in one thread.

One thread, because moto is not thread-safe; every wait is an await, every moto call runs to its end.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from infra.local import aws_endpoint, http_api
from infra.local.environments import Environments, FunctionFailed, Invocation, NobodyFree, to_json
from infra.local.http_api import Answer, Request
from infra.local.mappings import EventSourceMapping
from infra.local.stack import Stack

API_WAIT_SECONDS = 30.0
"""API Gateway's integration timeout."""
BODY_LIMIT_BYTES = 10 * 1024 * 1024
"""API Gateway's payload limit."""
LOOK_AGAIN_SECONDS = 0.5
"""Nothing tells of a visibility timeout that ends, so mappings look by themselves, too."""
RUNTIME = "/_local/runtime/"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_READS = ("Get", "List", "Describe", "Query", "Scan", "Receive", "BatchGet")


class Backend:
    """An ASGI application over a provisioned stack."""

    def __init__(self, stack: Stack, mappings: dict[str, EventSourceMapping]) -> None:
        self.stack, self.environments = stack, Environments()
        self._mappings = mappings
        self._news = {name: asyncio.Event() for name in mappings}

    async def run_mappings(self) -> None:
        """Delivers to whichever environment is free, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, mapping in self._mappings.items():
                group.create_task(self._deliver(mapping, self._news[name]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await _read(scope, receive)
        if request is None:
            return
        call = aws_endpoint.read_call(request)
        if call is not None:
            answer = await aws_endpoint.answer(call)
            if not call.operation.startswith(_READS):
                self._tell_mappings()
        elif request.path.startswith(RUNTIME):
            answer = await self._runtime(request, receive)
        else:
            answer = await self._http(request)
        await _write(send, answer)

    async def _deliver(self, mapping: EventSourceMapping, news: asyncio.Event) -> None:
        function = self.stack.functions[mapping.source.function]
        while True:
            await self.environments.wait_for_free(function.logical_id)
            news.clear()
            batch = mapping.poll()
            if batch is None:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                        await news.wait()
                continue
            try:
                answer = await self.environments.invoke(function, batch.event, API_WAIT_SECONDS)
            except (FunctionFailed, NobodyFree) as error:
                mapping.fail(batch, str(error))
            else:
                mapping.complete(batch, answer)

    def _tell_mappings(self) -> None:
        for news in self._news.values():
            news.set()

    async def _http(self, request: Request) -> Answer:
        if len(request.body) > BODY_LIMIT_BYTES:
            return http_api.message(413, "Request Entity Too Large")
        found = http_api.find_route(self.stack.routes, request.method, request.path)
        if found is None:
            return http_api.message(404, "Not Found")
        function = self.stack.functions[found[0].function]
        try:
            event = http_api.event(request, *found)
            return http_api.answer(await self.environments.invoke(function, event, API_WAIT_SECONDS))
        except FunctionFailed:
            return http_api.message(500, "Internal Server Error")
        except NobodyFree:
            return http_api.message(503, "Service Unavailable")

    async def _runtime(self, request: Request, receive: Receive) -> Answer:
        """The Lambda runtime API as far as our environments use it, under the function's name."""
        function, _, action = request.path.removeprefix(RUNTIME).partition("/")
        match action.split("/"):
            case ["invocation", "next"]:
                invocation = await self._next(function, receive)
                return _handed_over(invocation) if invocation else Answer(204, [], b"")
            case ["invocation", invocation_id, "response"]:
                self.environments.finish(invocation_id, json.loads(request.body or b"null"))
            case ["invocation", invocation_id, "error"]:
                self.environments.fail(invocation_id, request.body.decode())
            case ["function"]:
                return _describe(self.stack, function)
            case _:
                return http_api.message(404, "Not Found")
        return Answer(202, [], b"")

    async def _next(self, function: str, receive: Receive) -> Invocation | None:
        turn = await self.environments.next(function)
        gone: asyncio.Future[Any] = asyncio.ensure_future(
            receive()
        )  # only its end is left of a request read whole
        await asyncio.wait([turn, gone], return_when=asyncio.FIRST_COMPLETED)
        if turn.done():
            gone.cancel()
            return turn.result()
        turn.cancel()
        return None


def _handed_over(invocation: Invocation) -> Answer:
    headers = [
        ("lambda-runtime-aws-request-id", invocation.id),
        ("lambda-runtime-deadline-ms", str(int(invocation.deadline * 1000))),
        ("content-type", "application/json"),
    ]
    return Answer(200, headers, to_json(invocation.event))


def _describe(stack: Stack, name: str) -> Answer:
    function = stack.functions.get(name)
    if function is None:
        return http_api.message(404, "Not Found")
    described = {**vars(function), "code": str(function.code)}
    return Answer(200, [("content-type", "application/json")], to_json(described))


async def _read(scope: Scope, receive: Receive) -> Request | None:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
    client = scope.get("client") or ("127.0.0.1", 0)
    return Request(scope["method"], path, scope["query_string"].decode("latin-1"), headers, body, client[0])


async def _write(send: Send, answer: Answer) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
