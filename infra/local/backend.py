"""The backend of a local run: one address for AWS clients, customers, functions and the live page.

It has one thread, because moto is not thread-safe. Every wait is an `await`; no call of moto is interrupted.
"""

import asyncio
import contextlib
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from infra.local.aws import arrivals, function_targets
from infra.local.control.project import PAGE, Page, Project, RunParts
from infra.local.control.reports import Reports
from infra.local.control.runtime_api import RuntimeApi
from infra.local.control.saved_items import SavedItems
from infra.local.control.stacks import Stacks
from infra.local.control.wire import PREFIX as CONTROL
from infra.local.event_sources.asynchronous import AsynchronousInvocations
from infra.local.event_sources.deliveries import Deliveries
from infra.local.event_sources.faults import Faults
from infra.local.http import asgi, aws_endpoint, cloudformation, front_page
from infra.local.http.frame_protocol import Disconnected
from infra.local.http.function_urls import PREFIX as FUNCTION_URLS
from infra.local.http.function_urls import FunctionUrls
from infra.local.http.gateway import Gateway
from infra.local.http.guard import Guard
from infra.local.http.tokens import PREFIX as ISSUER
from infra.local.model.messages import AwsCall, Request, Response
from infra.local.reporting import console, metrics
from infra.local.reporting.journal import Journal
from infra.local.reporting.metrics import Metrics
from infra.local.reporting.notices import Notices, show
from infra.local.runtime.environments import Environments

if TYPE_CHECKING:
    from infra.local.http.tokens.issuer import Issuer

_READS = ("Get", "List", "Describe", "Query", "Scan", "Receive", "BatchGet")
"""The operations that start with one of these words change nothing."""


class Backend:
    """An ASGI application that routes each request to the part that answers it.

    Requires an active moto and a running event loop.
    """

    def __init__(
        self,
        endpoint: str,
        project: Project | None = None,
        data: SavedItems | None = None,
        issuer: "Issuer | None" = None,
        guard: Guard | None = None,
        without: str | None = None,
    ) -> None:
        self._project, self._without = project, without
        self._saved_items, self._issuer, self._guard = data, issuer, guard or Guard()
        self._metrics, self._faults, self._journal = Metrics(), Faults(), Journal()
        self._ended = asyncio.Event()
        self.notices = Notices(show)
        self.environments = Environments()
        self.deliveries = Deliveries(self.environments, self._faults, self._journal, self._metrics)
        self.asynchronous = AsynchronousInvocations(self.environments, self._faults)
        self.stacks = Stacks(endpoint, data, self._faults, self.deliveries, self.asynchronous)
        self._function_urls = FunctionUrls(self.stacks.running, self.environments)
        self._gateway = Gateway(self.stacks.running, self.environments, self._journal)
        reports = Reports(
            self.stacks, self.deliveries, self.asynchronous, self._journal, self._metrics, self.notices
        )
        self._runtime_api = RuntimeApi(
            self.stacks, self.environments, reports, self.notices, self._faults, self._ended
        )
        function_targets.invoke_with(self._notify, console.error)
        arrivals.report_to(self.deliveries.poll_now)

    @cached_property
    def page(self) -> Page | None:
        """The project's page, created at the first request: importing it takes a tenth of the start time."""
        if self._project is None:
            return None
        parts = RunParts(
            self.stacks, self.environments, self._faults, self.deliveries, self.notices, self._without
        )
        return self._project.page(parts, self._journal, self._issuer)

    def end(self) -> None:
        """Ends event streams and long polls, so that the server can stop."""
        self._ended.set()
        page = vars(self).get("page")
        if page is not None:
            page.end()

    def _notify(self, function_arn: str, event: Any) -> bool:
        """Invokes a function for a topic or a rule. Returns False if no stack has the function."""
        for stack in self.stacks.running.values():
            with contextlib.suppress(LookupError):
                self.asynchronous.invoke(stack, stack.find_function(function_arn), event)
                return True
        return False

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if scope["type"] != "http":
            return
        request = await asgi.read_request(scope, receive)
        if request is None:
            return
        misdirected = self._guard.misdirected(request)
        if misdirected is not None:
            await asgi.write_response(send, misdirected)
            return
        if (request.path == PAGE or request.path.startswith(f"{PAGE}/")) and self.page:
            await self.page.answer(request, receive, send)  # it may answer with a stream
            return
        await asgi.write_response(send, await self.respond(request, receive))

    async def respond(self, request: Request, disconnected: Disconnected) -> Response:
        """The response to a request that is not for the page."""
        call = aws_endpoint.read_call(request)
        return await (self._answer_http(request, disconnected) if call is None else self._answer_aws(call))

    async def _answer_aws(self, call: AwsCall) -> Response:
        if call.service == "cloudformation":
            return cloudformation.respond(call, self.stacks.running)
        if call.service == metrics.SERVICE:
            self._metrics.publish()
        answer = await aws_endpoint.respond(call, self._ended)
        if self._saved_items is not None and answer.status == HTTPStatus.OK:
            self._saved_items.record(call)  # before the caller gets the answer
        if not call.operation.startswith(_READS):
            self._journal.note_call(call, answer)
            # The call may have ended a visibility timeout. `arrivals` reports the messages that it sent.
            if call.service == "sqs" and not call.operation.startswith("SendMessage"):
                self.deliveries.poll_now()
        return answer

    async def _answer_http(self, request: Request, disconnected: Disconnected) -> Response:
        if self._issuer is not None and request.path.startswith(f"{ISSUER}/"):
            return self._issuer.handle(request)
        if request.path.startswith(FUNCTION_URLS):
            return await self._function_urls.handle(request)
        if request.path.startswith(CONTROL):
            return await self._runtime_api.answer(request, disconnected)
        if self._project and front_page.is_requested(request) and not self._gateway.has_root(request):
            return front_page.redirect(PAGE)
        return await self._gateway.handle(request)
