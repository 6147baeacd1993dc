"""Corrections to moto's answers, each beside AWS's rule. `refusals` has what AWS refuses."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from infra.local.aws.corrections import (
    deliveries,
    event_buses,
    fifo,
    filtering,
    move_tasks,
    queues,
    secrets,
    streams,
    tables,
)


@contextmanager
def corrections() -> Iterator[None]:
    """Within it, moto's answers have these corrections."""
    with ExitStack() as stack:
        for module in (
            queues,
            fifo,
            move_tasks,
            deliveries,
            event_buses,
            filtering,
            secrets,
            streams,
            tables,
        ):
            for patched in module.patches():
                stack.enter_context(patched)
        yield
