"""Event source mappings, asynchronous invocations and schedules: they invoke functions as Lambda does."""

from collections.abc import Callable

from infra.local.aws.queues import MotoQueue
from infra.local.event_sources.mapping import EventSourceMapping
from infra.local.event_sources.queue_mapping import QueueMapping, SourceQueue
from infra.local.event_sources.stream_mapping import StreamMapping
from infra.local.model.stack import Stack
from infra.shared.arns import name_of, service_of


def mappings(stack: Stack, queue: Callable[[str], SourceQueue] = MotoQueue) -> dict[str, EventSourceMapping]:
    """The stack's event source mappings, by logical id. `queue` creates the client for a queue's name."""
    return {
        name: QueueMapping(source, queue(name_of(source.arn)))
        if service_of(source.arn) == "sqs"
        else StreamMapping(source)
        for name, source in stack.sources.items()
    }
