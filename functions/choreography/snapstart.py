"""SnapStart: the clients that a snapshot contains, and the random numbers that it must not repeat.

A client has no connection before its first call, so a snapshot may contain it. Order ids come from the
operating system (uuid4). Only `random`, which spreads retries of botocore, would repeat everywhere.
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
"""

import random
from collections.abc import Callable

from snapshot_restore_py import register_after_restore, register_before_snapshot

register_after_restore(random.seed)


def in_snapshot(client: Callable[[], object]) -> None:
    """Makes a client before the snapshot is taken, so that no start has to make it."""
    register_before_snapshot(client)
