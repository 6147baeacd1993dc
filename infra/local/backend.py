"""The backend of the local run: AWS endpoint, HTTP API and event source mappings, in one thread.

One thread, because moto is not thread-safe; every wait is an await, every moto call runs to its end.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local import asgi, aws_endpoint, cloudformation, console, metrics, retention
from infra.local.control import PREFIX as OWN
from infra.local.control import Control
from infra.local.data import Data
from infra.local.environments import Environments, FunctionFailed, NobodyFree
from infra.local.faults import Faults
from infra.local.gateway import WAIT_SECONDS, Gateway
from infra.local.guard import Guard
from infra.local.live import PREFIX
from infra.local.live.journal import Ended, Journal, Moved
from infra.local.mappings import Batch, EventSourceMapping
from infra.local.metrics import Metrics
from infra.local.provision import Provisioner, remove
from infra.local.recursion import METRIC, LoopStopped
from infra.local.stack import Function, Stack
from infra.local.streams import StreamMapping, mappings
from infra.local.template import TemplateError, load
from infra.local.tokens import PREFIX as ISSUER

if TYPE_CHECKING:
    from infra.local.live.server import Live
    from infra.local.tokens.issuer import Issuer

LOOK_AGAIN_SECONDS = 0.5
"""Nothing tells of a visibility timeout that ends, so mappings look by themselves, too."""

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
        self.metrics = Metrics()
        self.faults, self._journal = Faults(), Journal()
        self._gateway = Gateway(self.stacks, self.environments, self._journal)
        self._control = Control(self)
        self._mappings: dict[str, dict[str, EventSourceMapping]] = {}
        self._deliveries: dict[str, list[asyncio.Task[None]]] = {}
        self._news: dict[str, asyncio.Event] = {}
        self.ended = asyncio.Event()

    @cached_property
    def live(self) -> "Live":
        """The page, from when it is first opened: until then it would cost a start a tenth of its time."""
        from infra.local.live.server import Live

        return Live(self, self._journal)

    def end(self) -> None:
        """Lets go of whoever watches or waits, so that the server can stop."""
        self.ended.set()
        if "live" in vars(self):
            self.live.end()

    def add(self, name: str, template: Path, parameters: Mapping[str, str] | None = None) -> Stack:
        """Provisions a template as a stack, with these instead of its parameters' defaults.

        One of that name that is there already stays as it is.
        Raises TemplateError if it cannot be played.
        """
        if name not in self.stacks:
            imports = {export: value for s in self.stacks.values() for export, value in s.exports.items()}
            stack = Provisioner(load(template, parameters), name, self.endpoint, imports).provision()
            self.stacks[name] = stack
            if self._data is not None:
                self._data.restore(stack)
            self._mappings[name] = mappings(stack)
            self._deliveries[name] = [
                asyncio.create_task(self._deliver(stack, mapping))
                for mapping in self._mappings[name].values()
            ]
        return self.stacks[name]

    def remove(self, name: str) -> None:
        """Ends a stack's deliveries and deletes its resources. Raises TemplateError if there is none."""
        if name not in self.stacks:
            raise TemplateError(f"no stack {name} is running; there are {', '.join(self.stacks)}")
        for delivery in self._deliveries.pop(name):
            delivery.cancel()
        gone = self.stacks.pop(name)
        del self._mappings[name]
        queue_names = {url.rpartition("/")[2] for url in gone.queues.values()}
        self.faults.forget({function.service for function in gone.functions.values()}, queue_names)
        remove(gone)
        if self._data is not None:
            self._data.forget(gone)

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
                self._data.keep(call)  # before anybody is told that it was done
            if not call.operation.startswith(_READS):
                self._journal.note_call(call, answer)
                self.tell_mappings()
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

    def tell_mappings(self) -> None:
        """Something may have come in: every mapping looks now, as a look costs next to nothing."""
        for news in self._news.values():
            news.set()

    def stir(self, queue_name: str) -> None:
        """Makes the trouble that was asked for among the messages that wait."""
        made = self.faults.stir(queue_name)
        if made:
            self._journal.note(Moved(queue_name, made))

    def unpublished(self, service: str) -> int:
        """Writes that emitted something, and that the service's relays have not delivered yet."""
        return sum(
            mapping.backlog()
            for name, stack in self.stacks.items()
            for mapping in self._mappings[name].values()
            if isinstance(mapping, StreamMapping)
            and stack.functions[mapping.source.function].service == service
        )

    async def _deliver(self, stack: Stack, mapping: EventSourceMapping) -> None:
        """A stream's batches go one after the other, a queue's to whatever environments are free."""
        function = stack.functions[mapping.source.function]
        news = self._news[f"{stack.name}/{mapping.source.logical_id}"] = asyncio.Event()
        async with asyncio.TaskGroup() as under_way:
            while True:
                await self.faults.service(function.service).running.wait()
                await self.environments.wait_for_free(function.name)
                if not self.faults.service(function.service).running.is_set():
                    continue
                news.clear()
                self.stir(mapping.source.arn.rpartition(":")[2])
                batch = mapping.poll()
                if batch is None:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                            await news.wait()
                    continue
                taken = asyncio.Event()
                handed = under_way.create_task(self._hand_over(function, mapping, batch, taken))
                await (handed if isinstance(mapping, StreamMapping) else taken.wait())

    async def _hand_over(
        self, function: Function, mapping: EventSourceMapping, batch: Batch, taken: asyncio.Event
    ) -> None:
        delivery = self._journal.note_delivery(mapping.source, batch)
        await asyncio.sleep(self.faults.service(function.service).slow_seconds)
        try:
            invocation = await self.environments.start(function, batch.event, WAIT_SECONDS)
            taken.set()
            answer = await self.environments.answer(invocation)
        except (FunctionFailed, NobodyFree, LoopStopped) as error:
            if isinstance(error, LoopStopped):
                console.error(str(error))
                self.metrics.count("AWS/Lambda", METRIC, FunctionName=function.name)
            mapping.fail(batch, str(error))
            self._journal.note(Ended(delivery, failure=str(error)))
        else:
            mapping.complete(batch, answer)
            self._journal.note(Ended(delivery, answer))
            if isinstance(mapping, StreamMapping):
                everyones = chain(*map(dict.values, self._mappings.values()))
                retention.forget_records(mapping.source.arn, everyones)
                retention.forget_notifications()
        finally:
            taken.set()
