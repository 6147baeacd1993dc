"""Reads the time from one datetime. moto 5.2 makes four, and looks at the time several times in a call."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import moto.core.utils
import moto.sqs.models

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_unix_time = moto.core.utils.unix_time


def patches() -> Iterator[Any]:
    yield patch.object(moto.core.utils, "unix_time", unix_time)
    yield patch.object(moto.sqs.models, "unix_time", unix_time)


def unix_time(at: datetime | None = None) -> float:
    """The seconds since 1970, as moto adds them up: the same number, to the last digit."""
    if at is not None:
        seconds: float = _unix_time(at)
        return seconds
    passed = datetime.now(UTC) - EPOCH
    return passed.days * 86400 + (passed.seconds + passed.microseconds / 1e6)
