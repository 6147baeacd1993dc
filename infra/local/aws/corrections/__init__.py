"""Corrections to moto's answers, each with AWS's rule beside it; what AWS refuses is in `refusals`."""

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
    """Within it, moto answers as AWS does where these modules know better."""
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
