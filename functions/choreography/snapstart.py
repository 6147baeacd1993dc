"""SnapStart: what a snapshot of a started function has to hold, and what must not come out of it twice.

A client is made without a connection, so it may be in there; order ids are the operating system's (uuid4).
Only `random`, by which botocore spreads its attempts, would be the same in every environment restored.
"""

import random
from collections.abc import Callable

from snapshot_restore_py import register_after_restore, register_before_snapshot

register_after_restore(random.seed)


def in_snapshot(client: Callable[[], object]) -> None:
    """Has a client made before the snapshot is taken, so that no start has to. Elsewhere it does nothing."""
    register_before_snapshot(client)
