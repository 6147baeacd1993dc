"""Polls all event source mappings and invokes their functions: one asyncio task for each mapping.

An exception does not end such a task. The task reports the exception on the console, waits, and polls again:
the records are still in their queue or stream.
"""

import asyncio
import contextlib
import sys
import traceback
from collections.abc import Iterator
from itertools import chain

from infra.local.aws.recursion import METRIC, LoopStopped
from infra.local.event_sources import mappings, retention
from infra.local.event_sources.attempts import Attempts
from infra.local.event_sources.faults import Faults
from infra.local.event_sources.mapping import EventSourceMapping
from infra.local.event_sources.stream_mapping import StreamMapping
from infra.local.model.messages import Batch
from infra.local.model.stack import Stack
from infra.local.reporting import console
from infra.local.reporting.journal import DeliveryEnd, Journal, QueueInput
from infra.local.reporting.metrics import Metrics
from infra.local.reporting.notices import Failure
from infra.local.runtime.environments import Environments, FunctionFailed, NoFreeEnvironment
from infra.shared.arns import name_of

START_SECONDS = 30.0
"""The maximum wait of a batch for a free execution environment."""
POLL_SECONDS = 0.5
"""The interval of polls without a wake-up: the end of a visibility timeout wakes no mapping up."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0


class Deliveries:
    """The running deliveries of all stacks."""

    def __init__(
        self, environments: Environments, faults: Faults, journal: Journal, metrics: Metrics
    ) -> None:
        self.environments, self.faults, self.journal = environments, faults, journal
        self.metrics = metrics
        self._running: dict[str, list[tuple[Delivery, asyncio.Task[None]]]] = {}

    def start(self, stack: Stack) -> None:
        """Starts polling a stack's event source mappings."""
        started = [Delivery(stack, mapping, self) for mapping in mappings(stack).values()]
        self._running[stack.name] = [(delivery, asyncio.create_task(delivery.run())) for delivery in started]

    def stop(self, stack_name: str) -> None:
        """Stops polling a stack's event source mappings."""
        for _, task in self._running.pop(stack_name):
            task.cancel()

    def poll_now(self, source_arn: str | None = None) -> None:
        """Wakes up the mappings of a queue or a stream, or else all mappings, so that they poll now."""
        for delivery, _ in chain(*self._running.values()):
            if source_arn in (None, delivery.mapping.source.arn):
                delivery.wake_up.set()

    def inject_faults(self, queue_name: str) -> None:
        """Injects the requested faults into the waiting messages of a queue."""
        bodies = self.faults.inject(queue_name)
        if bodies:
            self.journal.note(QueueInput(queue_name, bodies))

    def unpublished(self, service: str) -> int:
        """The number of stream records with events that the service's relays have not published yet."""
        return sum(
            delivery.mapping.backlog()
            for delivery, _ in chain(*self._running.values())
            if isinstance(delivery.mapping, StreamMapping) and delivery.function.service == service
        )

    def retry_now(self, function: str) -> None:
        """Delivers at once what a function failed to handle, because its code has changed."""
        for delivery, _ in chain(*self._running.values()):
            if delivery.function.logical_id == function:
                delivery.attempts.retry_now()
        self.poll_now()

    def with_next_attempt(self, failure: Failure) -> Failure:
        """Adds the time of the next attempt to a failure, and the ids that only its delivery knows."""
        for delivery, _ in chain(*self._running.values()):
            if failure.request_id in delivery.attempts.under_way:
                return delivery.attempts.complete(failure)
        return failure

    def drop_delivered(self, stream_arn: str) -> None:
        """Drops the delivered records of a stream, and all published messages, from moto's memory."""
        every = [delivery.mapping for delivery, _ in chain(*self._running.values())]
        retention.drop_delivered_records(stream_arn, every)
        retention.drop_published_messages()


class Delivery:
    """Polls one mapping, and invokes its function with each batch."""

    def __init__(self, stack: Stack, mapping: EventSourceMapping, deliveries: Deliveries) -> None:
        self.mapping, self._deliveries = mapping, deliveries
        self.function = stack.functions[mapping.source.function]
        self.wake_up = asyncio.Event()
        self._name = f"{stack.name}: the event source mapping {mapping.source.logical_id}"
        self._failures = 0
        self.attempts = Attempts(mapping)

    async def run(self) -> None:
        """Polls and delivers until the task is cancelled."""
        async with asyncio.TaskGroup() as in_flight:
            while True:
                with self._exceptions_reported():
                    await self._poll_once(in_flight)
                    self._failures = 0
                if self._failures:
                    await asyncio.sleep(self._pause_seconds)

    async def _poll_once(self, in_flight: asyncio.TaskGroup) -> None:
        """Delivers the next batch, or waits for a wake-up.

        Batches of a stream are delivered one after the other; batches of a queue, to all free environments.
        """
        service = self._deliveries.faults.service(self.function.service)
        await service.running.wait()
        await self._deliveries.environments.wait_for_free(self.function.name)
        if not service.running.is_set():
            return
        self.wake_up.clear()
        self._deliveries.inject_faults(name_of(self.mapping.source.arn))
        batch = self.mapping.poll()
        taken = asyncio.Event()
        if batch is None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self.wake_up.wait()
        elif isinstance(self.mapping, StreamMapping):
            await self._deliver(batch, taken)
        else:
            in_flight.create_task(self._deliver_in_background(batch, taken))
            await taken.wait()

    async def _deliver_in_background(self, batch: Batch, taken: asyncio.Event) -> None:
        with self._exceptions_reported():
            await self._deliver(batch, taken)

    async def _deliver(self, batch: Batch, taken: asyncio.Event) -> None:
        """Invokes the function. Sets `taken` when an environment has taken the batch, or when none did."""
        journal, environments, request_id = self._deliveries.journal, self._deliveries.environments, None
        try:
            noted = journal.note_delivery(self.mapping.source, batch)
            await asyncio.sleep(self._deliveries.faults.service(self.function.service).slow_seconds)
            invocation = await environments.start(self.function, batch.event, START_SECONDS)
            request_id = invocation.id
            self.attempts.begin(request_id, batch)
            taken.set()
            answer = await environments.answer(invocation)
        except (FunctionFailed, NoFreeEnvironment, LoopStopped) as error:
            if isinstance(error, LoopStopped):
                console.error(str(error))
                self._deliveries.metrics.count("AWS/Lambda", METRIC, FunctionName=self.function.name)
            self.mapping.fail(batch, str(error), request_id)
            self.attempts.end(request_id, batch, None, raised=True)
            journal.note(DeliveryEnd(noted, failure=str(error), request_id=request_id))
        else:
            self.mapping.complete(batch, answer, request_id)
            self.attempts.end(request_id, batch, answer)
            journal.note(DeliveryEnd(noted, answer, request_id=request_id))
            if isinstance(self.mapping, StreamMapping):
                self._deliveries.drop_delivered(self.mapping.source.arn)
        finally:
            taken.set()

    @property
    def _pause_seconds(self) -> float:
        return min(FIRST_PAUSE_SECONDS * 2.0 ** (self._failures - 1), LONGEST_PAUSE_SECONDS)

    @contextlib.contextmanager
    def _exceptions_reported(self) -> Iterator[None]:
        """Reports an exception instead of raising it. Only the first of several in a row has a traceback."""
        try:
            yield
        except Exception as error:
            self._failures += 1
            console.error(
                f"{self._name} failed and polls again after {self._pause_seconds:g} s; no record is lost: "
                f"{error!r}. This is a defect of the local AWS: please report it."
            )
            if self._failures == 1:
                traceback.print_exc(file=sys.stderr)
