"""How a queue drains after an outage, given concurrency, its growth and the gateway's rate limit.

The model has steps of a second and whole messages. A call that the gateway refuses takes time as well, and
its message is delivered again later, after the waits of the consumer's code.
"""

from collections import defaultdict
from dataclasses import dataclass

from choreography.consumer import REQUEUE_AFTER, WAIT_SECONDS

DAY = 24 * 3600


@dataclass(frozen=True)
class Queue:
    """The parameters of Payment's queue."""

    arrivals: int
    """New messages a second."""
    concurrency: int
    """MaximumConcurrency of the mapping."""
    call_seconds: float
    """Seconds of a worker for a message whose call is answered."""
    refusal_seconds: float
    """Seconds of a worker for a message whose call is refused."""
    gateway_rate: int
    """Calls a second that the gateway answers; it refuses the rest."""
    at_first: int = 5
    """Workers that Lambda starts with."""
    more_a_second: int = 5
    """Workers that Lambda adds each second."""
    in_flight: int = 120_000
    """The limit of messages in flight, with those that wait for their visibility timeout."""


@dataclass(frozen=True)
class Drained:
    seconds: int | None
    """Seconds until no message waits; None for more than a day."""
    refused: int
    """Calls until then."""


def drain(queue: Queue, outage_seconds: int) -> Drained:
    """Drains the queue from the end of an outage on, in which messages only arrived."""
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
        workers = min(queue.concurrency, queue.at_first + queue.more_a_second * second)
        answered, turned_away = _calls(queue, workers, min(sum(visible.values()), queue.in_flight - hidden))
        _take(visible, answered)
        for attempt, number in _take(visible, turned_away).items():
            # Requeued after the last wait: the new message has a receive count of 0.
            wait, again = min(2**attempt, WAIT_SECONDS), attempt + 1
            if attempt >= REQUEUE_AFTER:
                wait, again = WAIT_SECONDS, 1
            hidden += number if again > 1 else 0
            due[second + wait][again] += number
        waiting -= answered
        refused += turned_away
        if waiting == 0:
            return Drained(second + 1, refused)
    return Drained(None, refused)


def _calls(queue: Queue, workers: int, visible: int) -> tuple[int, int]:
    """How many of the visible messages are answered in a second, and how many are refused."""
    answered = min(visible, queue.gateway_rate, int(workers / queue.call_seconds))
    if answered < queue.gateway_rate:
        return answered, 0
    left = workers - answered * queue.call_seconds
    return answered, min(visible - answered, int(left / queue.refusal_seconds))


def _take(visible: dict[int, int], number: int) -> dict[int, int]:
    """Takes `number` messages, those with the most attempts first."""
    taken: dict[int, int] = {}
    for attempt in sorted(visible, reverse=True):
        taken[attempt] = min(visible[attempt], number)
        visible[attempt] -= taken[attempt]
        number -= taken[attempt]
    return taken
