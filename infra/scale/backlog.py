"""A model of a queue's backlog after an outage: how long the consumer needs until no message waits.

It depends on the concurrency, how fast Lambda raises it, and the gateway's rate limit. The model has steps of
one second and whole messages. A refused call takes time too, and SQS delivers its message again after the
visibility timeouts that the consumer sets.
"""

from collections import defaultdict
from dataclasses import dataclass

from choreography.consumer import REQUEUE_AFTER, WAIT_SECONDS

DAY = 24 * 3600


@dataclass(frozen=True)
class QueueModel:
    """Payment's queue, its consumer and the gateway."""

    arrivals: int
    """New messages a second."""
    concurrency: int
    """MaximumConcurrency of the event source mapping."""
    call_seconds: float
    """Seconds that a worker needs for a message if the gateway answers."""
    refusal_seconds: float
    """Seconds that a worker needs for a message if the gateway refuses the call."""
    gateway_rate: int
    """Calls a second that the gateway answers. It refuses all others."""
    initial_workers: int = 5
    """Workers with which Lambda starts."""
    added_workers: int = 5
    """Workers that Lambda adds each second."""
    in_flight: int = 120_000
    """The maximum number of messages in flight, which includes those that wait for their visibility timeout.
    """


@dataclass(frozen=True)
class Drained:
    """The result of the model."""

    seconds: int | None
    """Seconds until no message waits; None for more than a day."""
    refused: int
    """Calls that the gateway refused until then."""


def drain_backlog(queue: QueueModel, outage_seconds: int) -> Drained:
    """Plays the queue from the end of an outage, during which messages arrived and no worker handled them."""
    due: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    due[0][1] = queue.arrivals * outage_seconds
    visible: dict[int, int] = defaultdict(int)
    waiting, hidden, refused = queue.arrivals * outage_seconds, 0, 0
    for second in range(DAY):
        for attempt, number in due.pop(second, {}).items():
            visible[attempt] += number
            hidden -= number if attempt > 1 else 0
        visible[1] += queue.arrivals
        waiting += queue.arrivals
        workers = min(queue.concurrency, queue.initial_workers + queue.added_workers * second)
        answered, refused_now = _calls(queue, workers, min(sum(visible.values()), queue.in_flight - hidden))
        _take(visible, answered)
        for attempt, number in _take(visible, refused_now).items():
            # After the last wait, the consumer sends the message again, with a new receive count.
            wait, again = min(2**attempt, WAIT_SECONDS), attempt + 1
            if attempt >= REQUEUE_AFTER:
                wait, again = WAIT_SECONDS, 1
            hidden += number if again > 1 else 0
            due[second + wait][again] += number
        waiting -= answered
        refused += refused_now
        if waiting == 0:
            return Drained(second + 1, refused)
    return Drained(None, refused)


def _calls(queue: QueueModel, workers: int, visible: int) -> tuple[int, int]:
    """The number of calls in a second that the gateway answers, and the number that it refuses."""
    answered = min(visible, queue.gateway_rate, int(workers / queue.call_seconds))
    if answered < queue.gateway_rate:
        return answered, 0
    left = workers - answered * queue.call_seconds
    return answered, min(visible - answered, int(left / queue.refusal_seconds))


def _take(visible: dict[int, int], number: int) -> dict[int, int]:
    """Removes `number` messages, those with the most attempts first. Returns them by attempt."""
    taken: dict[int, int] = {}
    for attempt in sorted(visible, reverse=True):
        taken[attempt] = min(visible[attempt], number)
        visible[attempt] -= taken[attempt]
        number -= taken[attempt]
    return taken
