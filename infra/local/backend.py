"""The backend of the local run: one address for AWS clients, customers, functions and the live page.

One thread, because moto is not thread-safe; every wait is an await, every moto call runs to its end.
"""

import asyncio
import contextlib
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from infra.local.aws import function_targets
from infra.local.control.data import Data
from infra.local.control.runtime_api import PREFIX as OWN
from infra.local.control.runtime_api import RuntimeApi
from infra.local.control.stacks import Stacks
from infra.local.event_sources.asynchronous import Asynchronous
from infra.local.event_sources.deliveries import Deliveries
from infra.local.event_sources.faults import Faults
from infra.local.http import asgi, aws_endpoint, cloudformation
from infra.local.http.function_urls import PREFIX as FUNCTION_URLS
from infra.local.http.function_urls import FunctionUrls
from infra.local.http.gateway import Gateway
from infra.local.http.guard import Guard
from infra.local.http.tokens import PREFIX as ISSUER
from infra.local.live import PREFIX
from infra.local.reporting import console, metrics
from infra.local.reporting.journal import Journal
from infra.local.reporting.metrics import Metrics
from infra.local.runtime.environments import Environments

if TYPE_CHECKING:
    from infra.local.http.tokens.issuer import Issuer
    from infra.local.live.server import Live

_READS = ("Get", "List", "Describe", "Query", "Scan", "Receive", "BatchGet")


class Backend:
    """An ASGI application that hands each request to the part that answers it. Needs an active moto and a
    running loop."""

    def __init__(
        self,
        endpoint: str,
        data: Data | None = None,
        issuer: "Issuer | None" = None,
        guard: Guard | None = None,
    ) -> None:
        self._data, self._issuer, self._guard = data, issuer, guard or Guard()
        self._metrics, self._faults, self._journal = Metrics(), Faults(), Journal()
        self._ended = asyncio.Event()
        self.environments = Environments()
        self.deliveries = Deliveries(self.environments, self._faults, self._journal, self._metrics)
        self._asynchronous = Asynchronous(self.environments, self._faults)
        self.stacks = Stacks(endpoint, data, self._faults, self.deliveries, self._asynchronous)
        self._function_urls = FunctionUrls(self.stacks.running, self.environments)
        self._gateway = Gateway(self.stacks.running, self.environments, self._journal)
        self._runtime_api = RuntimeApi(self.stacks, self.environments, self._metrics, self._ended)
        function_targets.invoke_with(self._notify, console.error)

    @cached_property
    def live(self) -> "Live":
        """The page, from when it is first opened: until then it would cost a start a tenth of its time."""
        from infra.local.live.server import Live
        from infra.local.live.state import Watched

        watched = Watched(self.stacks, self.environments, self._faults, self.deliveries)
        return Live(watched, self._journal, self._issuer)

    def end(self) -> None:
        """Ends the requests of watchers and long polls, so that the server can stop."""
        self._ended.set()
        if "live" in vars(self):
            self.live.end()

    def _notify(self, function_arn: str, event: Any) -> bool:
        for stack in self.stacks.running.values():
            with contextlib.suppress(LookupError):
                self._asynchronous.invoke(stack, stack.function_called(function_arn), event)
                return True
        return False

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if scope["type"] != "http":
            return
        request = await asgi.read(scope, receive)
        if request is None:
            return
        misdirected = self._guard.misdirected(request)
        if misdirected is not None:
            await asgi.write(send, misdirected)
            return
        call = aws_endpoint.read_call(request)
        if call is not None and call.service == "cloudformation":
            answer = cloudformation.answer(call, self.stacks.running)
        elif call is not None:
            if call.service == metrics.SERVICE:
                self._metrics.hand_over()
            answer = await aws_endpoint.answer(call, self._ended)
            if self._data is not None and answer.status == HTTPStatus.OK:
                self._data.keep(call)  # before the caller gets the answer
            if not call.operation.startswith(_READS):
                self._journal.note_call(call, answer)
                self.deliveries.tell()
        elif request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            await self.live.answer(request, receive, send)
            return
        elif self._issuer is not None and request.path.startswith(f"{ISSUER}/"):
            answer = self._issuer.answer(request)
        elif request.path.startswith(FUNCTION_URLS):
            answer = await self._function_urls.answer(request)
        elif request.path.startswith(OWN):
            answer = await self._runtime_api.answer(request, receive)
        else:
            answer = await self._gateway.answer(request)
        await asgi.write(send, answer)
