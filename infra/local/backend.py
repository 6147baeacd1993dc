"""The backend of the local run: AWS endpoint, HTTP API and event source mappings, in one thread.

One thread, because moto is not thread-safe; every wait is an await, every moto call runs to its end.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local import asgi, aws_endpoint, cloudformation, metrics, notified, outside, stack_names
from infra.local.asynchronous import Asynchronous
from infra.local.control import PREFIX as OWN
from infra.local.control import Control
from infra.local.data import Data
from infra.local.deliveries import Deliveries
from infra.local.environments import Environments
from infra.local.faults import Faults
from infra.local.gateway import Gateway
from infra.local.guard import Guard
from infra.local.live import PREFIX
from infra.local.live.journal import Journal
from infra.local.metrics import Metrics
from infra.local.provisioning.dynamic import ssm_parameter
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.provisioner import Provisioner, remove
from infra.local.provisioning.template import load
from infra.local.schedules.runner import Schedules
from infra.local.stack import Function, Stack
from infra.local.tokens import PREFIX as ISSUER

if TYPE_CHECKING:
    from infra.local.live.server import Live
    from infra.local.tokens.issuer import Issuer

_READS = ("Get", "List", "Describe", "Query", "Scan", "Receive", "BatchGet")


class Backend:
    """An ASGI application over stacks that come and go. Needs an active moto and a running loop."""

    def __init__(
        self,
        endpoint: str,
        data: Data | None = None,
        issuer: "Issuer | None" = None,
        guard: Guard | None = None,
    ) -> None:
        self._data, self.issuer, self._guard = data, issuer, guard or Guard()
        self.endpoint, self.stacks, self.environments = endpoint, dict[str, Stack](), Environments()
        self._templates = dict[str, Path]()
        self.metrics = Metrics()
        self.faults, self._journal = Faults(), Journal()
        self._gateway = Gateway(self.stacks, self.environments, self._journal)
        self._control = Control(self)
        self.deliveries = Deliveries(self.environments, self.faults, self._journal, self.metrics)
        self._asynchronous = Asynchronous(self.environments, self.faults)
        self._schedules = Schedules(self._asynchronous.invoke)
        notified.use(self._notify)
        self.ended = asyncio.Event()

    @cached_property
    def live(self) -> "Live":
        """The page, from when it is first opened: until then it would cost a start a tenth of its time."""
        from infra.local.live.server import Live

        return Live(self, self._journal)

    def end(self) -> None:
        """Ends the requests of watchers and long polls, so that the server can stop."""
        self.ended.set()
        if "live" in vars(self):
            self.live.end()

    def add(self, name: str, template: Path, parameters: Mapping[str, str] | None = None) -> Stack:
        """Provisions a template as a stack, with these instead of its parameters' defaults.

        A stack that is there already, by this name and of this template, stays as it is.
        Raises TemplateError if it cannot be played, or if the name is another template's.
        """
        stack_names.check(name)
        running = self._templates.get(name, template.resolve())
        if running != template.resolve():
            raise TemplateError(
                f"{template}: a stack {name} is running already, of {running}; choose another --name"
            )
        if name not in self.stacks:
            imports = {export: value for s in self.stacks.values() for export, value in s.exports.items()}
            read = load(template, parameters, ssm_parameter)
            outside.check(read.parameters)
            stack = Provisioner(read, name, self.endpoint, imports).provision()
            self._restore(stack)
            self.stacks[name] = stack
            self._templates[name] = template.resolve()
            self.deliveries.start(stack)
            self._schedules.start(stack)
        return self.stacks[name]

    def _restore(self, stack: Stack) -> None:
        if self._data is not None:
            try:
                self._data.restore(stack)
            except TemplateError:
                remove(stack)
                raise

    def remove(self, name: str) -> None:
        """Ends a stack's deliveries and deletes its resources. Raises TemplateError if there is none."""
        if name not in self.stacks:
            raise TemplateError(f"no stack {name} is running; there are {', '.join(self.stacks)}")
        self.deliveries.stop(name)
        self._schedules.stop(name)
        self._asynchronous.stop(name)
        gone = self.stacks.pop(name)
        del self._templates[name]
        queue_names = {url.rpartition("/")[2] for url in gone.queues.values()}
        self.faults.forget({function.service for function in gone.functions.values()}, queue_names)
        remove(gone)
        if self._data is not None:
            self._data.forget(gone)

    def _notify(self, function_arn: str, event: dict[str, Any]) -> bool:
        for stack in self.stacks.values():
            with contextlib.suppress(LookupError):
                self._asynchronous.invoke(stack, stack.function_called(function_arn), event)
                return True
        return False

    def functions(self) -> list[Function]:
        return [function for stack in self.stacks.values() for function in stack.functions.values()]

    def api_functions(self) -> list[Function]:
        """Those that serve HTTP requests: they run where the backend runs."""
        return [
            function
            for stack in self.stacks.values()
            for name, function in stack.functions.items()
            if any(route.function == name for route in stack.routes)
        ]

    def consumers_of(self, service: str) -> list[Function]:
        """A service's functions but its API. Raises TemplateError for a service that is not there."""
        others = [function for function in self.functions() if function not in self.api_functions()]
        found = [function for function in others if function.service == service]
        if not found:
            known = ", ".join(sorted({function.service for function in others}))
            raise TemplateError(f"there is no service {service}; there are {known}")
        return found

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
            answer = cloudformation.answer(call, self.stacks)
        elif call is not None:
            if call.service == metrics.SERVICE:
                self.metrics.hand_over()
            answer = await aws_endpoint.answer(call, self.ended)
            if self._data is not None and answer.status == HTTPStatus.OK:
                self._data.keep(call)  # before the caller gets the answer
            if not call.operation.startswith(_READS):
                self._journal.note_call(call, answer)
                self.deliveries.tell()
        elif request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            await self.live.answer(request, receive, send)
            return
        elif self.issuer is not None and request.path.startswith(f"{ISSUER}/"):
            answer = self.issuer.answer(request)
        elif request.path.startswith(OWN):
            answer = await self._control.answer(request, receive)
        else:
            answer = await self._gateway.answer(request)
        await asgi.write(send, answer)
