"""The control API of a local run: invocations for execution environments, and commands for stacks."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from infra.local.control.reports import Reports
from infra.local.control.stacks import Stacks
from infra.local.control.terminals import Terminals
from infra.local.control.wire import PREFIX, functions_to_json
from infra.local.event_sources.faults import Faults
from infra.local.http import guard, http_api
from infra.local.http.frame_protocol import Disconnected
from infra.local.model.messages import Request, Response
from infra.local.provisioning.errors import TemplateError
from infra.local.reporting.notices import Notices
from infra.local.runtime.environments import Environments, Invocation
from infra.local.runtime.worker import (
    CALL_FAULTS_HEADER,
    ENVIRONMENT_HEADER,
    METRICS_HEADER,
    TIMEOUT_HEADER,
)


class RuntimeApi:
    """Answers requests below PREFIX.

    `runtime/{function}/invocation/…` is the part of Lambda's runtime API that our execution environments use:
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
    """

    def __init__(
        self,
        stacks: Stacks,
        environments: Environments,
        reports: Reports,
        notices: Notices,
        faults: Faults,
        ended: asyncio.Event,
    ) -> None:
        self._stacks, self._environments, self._reports = stacks, environments, reports
        self._notices, self._faults, self._ended = notices, faults, ended
        self._terminals = Terminals(stacks, notices, ended)

    async def answer(self, request: Request, disconnected: Disconnected) -> Response:
        reason = guard.cross_site_reason(request)
        if reason is not None:
            return http_api.error_response(403, reason)
        path = [unquote(part) for part in request.path.removeprefix(PREFIX).split("/")]
        try:
            if path[0] == "runtime":
                answer = await self._answer_environment(request, path[1:], disconnected)
            elif path[0] == "attached":
                answer = await self._terminals.attached("/".join(path[1:]), disconnected)
            else:
                answer = self._answer_command(request, path)
        except TemplateError as error:
            return http_api.error_response(400, str(error))
        return answer or http_api.error_response(404, "Not Found")

    async def _answer_environment(
        self, request: Request, path: list[str], disconnected: Disconnected
    ) -> Response | None:
        headers = dict(request.headers)
        match request.method, path:
            case "GET", [function, "invocation", "next"]:
                invocation = await self._next(function, headers, disconnected)
                return self._invocation_answer(invocation) if invocation else Response(204, [], b"")
            case "POST", [_, "invocation", invocation_id, "response"]:
                if self._environments.finish(invocation_id, json.loads(request.body or b"null")):
                    self._add_documents(headers)
                return Response(202, [], b"")
            case "POST", [_, "invocation", invocation_id, "error"]:
                if self._environments.fail(invocation_id, request.body.decode()):
                    self._add_documents(headers)
                return Response(202, [], b"")
            case "POST", [function, "call-faults", fault_id]:
                return _json({"claimed": self._claim(function, fault_id)})
            case "POST", [function, "environments", environment, "exit"]:
                status = json.loads(request.body)
                self._reports.note_exit(function, status)
                started = await self._environments.report_exit(function, environment, status)
                return _json({"started": started})
        return None

    def _answer_command(self, request: Request, path: list[str]) -> Response | None:
        match request.method, path:
            case "POST", ["metrics"]:
                self._reports.add(json.loads(request.body))
                return Response(202, [], b"")
            case "GET", ["services", service]:
                return _json(functions_to_json(self._stacks.consumers_of(service)))
            case "PUT", ["stacks", name]:
                stack = self._terminals.join(name, Path(json.loads(request.body)["template"]))
                return _json(functions_to_json(stack.functions.values()))
            case "DELETE", ["stacks", name]:
                self._terminals.leave(name)
                return _json([])
        return None

    def _add_documents(self, headers: Mapping[str, str]) -> None:
        self._reports.add(json.loads(headers.get(METRICS_HEADER, "[]")))

    def _claim(self, name: str, fault_id: str) -> bool:
        """Removes a fault, and announces it. Returns False if it has already happened."""
        fault = self._faults.calls.pop(fault_id, None)
        if fault is None:
            return False
        function = next(function for function in self._stacks.functions() if function.name == name)
        self._notices.add("fault", fault.description(function.logical_id), function.service)
        return True

    def _invocation_answer(self, invocation: Invocation) -> Response:
        function = invocation.function
        headers = [
            ("lambda-runtime-aws-request-id", invocation.id),
            ("lambda-runtime-deadline-ms", str(int(invocation.deadline * 1000))),
            ("lambda-runtime-trace-id", invocation.trace_header),
            ("content-type", "application/json"),
        ]
        if faults := self._faults.of_calls({function.logical_id, function.service}):
            headers.append((CALL_FAULTS_HEADER, json.dumps([fault.to_json() for fault in faults])))
        return Response(200, headers, json.dumps(invocation.event).encode())

    async def _next(
        self, function: str, headers: Mapping[str, str], disconnected: Disconnected
    ) -> Invocation | None:
        """The environment's next invocation, or None if the environment or the run ends first."""
        timeout = float(headers[TIMEOUT_HEADER]) if TIMEOUT_HEADER in headers else None
        invocation = await self._environments.next(function, timeout, headers.get(ENVIRONMENT_HEADER, ""))
        gone: asyncio.Future[Any] = asyncio.ensure_future(disconnected())
        ended: asyncio.Future[Any] = asyncio.ensure_future(self._ended.wait())
        await asyncio.wait([invocation, gone, ended], return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        ended.cancel()
        if invocation.done() and not invocation.cancelled():
            return invocation.result()
        invocation.cancel()
        return None


def _json(value: Any) -> Response:
    return Response(200, [("content-type", "application/json")], json.dumps(value).encode())
