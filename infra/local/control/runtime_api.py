"""The backend's own addresses: for the processes that run functions, and for stacks that join and leave."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from infra.local.control.stacks import Stacks
from infra.local.http import guard, http_api
from infra.local.http.asgi import Receive
from infra.local.model.messages import Answer, Request
from infra.local.model.stack import Function
from infra.local.provisioning.errors import TemplateError
from infra.local.reporting.metrics import Metrics
from infra.local.runtime.environments import Environments, Invocation
from infra.local.runtime.worker import ENVIRONMENT_HEADER, METRICS_HEADER, TIMEOUT_HEADER

PREFIX = "/_local/"


class RuntimeApi:
    """`runtime/{function}/invocation/…` is Lambda's runtime API, as far as our environments use it."""

    def __init__(
        self, stacks: Stacks, environments: Environments, metrics: Metrics, ended: asyncio.Event
    ) -> None:
        self._stacks, self._environments, self._metrics = stacks, environments, metrics
        self._ended = ended

    async def answer(self, request: Request, receive: Receive) -> Answer:
        headers = dict(request.headers)
        reason = guard.foreign(request)
        if reason is not None:
            return http_api.message(403, reason)
        path = [unquote(part) for part in request.path.removeprefix(PREFIX).split("/")]
        try:
            match request.method, path:
                case "GET", ["runtime", function, "invocation", "next"]:
                    invocation = await self._next(function, headers, receive)
                    return _handed_over(invocation) if invocation else Answer(204, [], b"")
                case "POST", ["runtime", _, "invocation", invocation_id, "response"]:
                    if self._environments.finish(invocation_id, json.loads(request.body or b"null")):
                        self._count(headers)
                    return Answer(202, [], b"")
                case "POST", ["runtime", _, "invocation", invocation_id, "error"]:
                    if self._environments.fail(invocation_id, request.body.decode()):
                        self._count(headers)
                    return Answer(202, [], b"")
                case "POST", ["runtime", function, "environments", environment, "exit"]:
                    status = json.loads(request.body)
                    return _json(
                        {"started": await self._environments.report_exit(function, environment, status)}
                    )
                case "POST", ["metrics"]:
                    self._metrics.add(json.loads(request.body))
                    return Answer(202, [], b"")
                case "GET", ["services", service]:
                    return _json(functions_to_json(self._stacks.consumers_of(service)))
                case "PUT", ["stacks", name]:
                    stack = self._stacks.add(name, Path(json.loads(request.body)["template"]))
                    return _json(functions_to_json(stack.functions.values()))
                case "DELETE", ["stacks", name]:
                    self._stacks.remove(name)
                    return _json([])
        except TemplateError as error:
            return http_api.message(400, str(error))
        return http_api.message(404, "Not Found")

    def _count(self, headers: Mapping[str, str]) -> None:
        self._metrics.add(json.loads(headers.get(METRICS_HEADER, "[]")))

    async def _next(self, function: str, headers: Mapping[str, str], receive: Receive) -> Invocation | None:
        limit = float(headers[TIMEOUT_HEADER]) if TIMEOUT_HEADER in headers else None
        turn = await self._environments.next(function, limit, headers.get(ENVIRONMENT_HEADER, ""))
        # Of a request that was read whole only its end is left: the environment going away.
        gone: asyncio.Future[Any] = asyncio.ensure_future(receive())
        ended: asyncio.Future[Any] = asyncio.ensure_future(self._ended.wait())
        await asyncio.wait([turn, gone, ended], return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        ended.cancel()
        if turn.done() and not turn.cancelled():
            return turn.result()
        turn.cancel()
        return None


def functions_to_json(functions: Iterable[Function]) -> list[dict[str, Any]]:
    """Functions as they travel to the processes that run them."""
    return [{**vars(function), "code": str(function.code)} for function in functions]


def functions_from_json(described: list[dict[str, Any]]) -> list[Function]:
    """The functions again, on the other side."""
    return [Function(**{**function, "code": Path(function["code"])}) for function in described]


def _handed_over(invocation: Invocation) -> Answer:
    headers = [
        ("lambda-runtime-aws-request-id", invocation.id),
        ("lambda-runtime-deadline-ms", str(int(invocation.deadline * 1000))),
        ("lambda-runtime-trace-id", invocation.trace_header),
        ("content-type", "application/json"),
    ]
    return Answer(200, headers, json.dumps(invocation.event).encode())


def _json(value: Any) -> Answer:
    return Answer(200, [("content-type", "application/json")], json.dumps(value).encode())
