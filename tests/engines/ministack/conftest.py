"""Stacks on ministack. The tests skip if `make test-elsewhere` has not installed it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.bench.ministack import PYTHON, ministack
from tests.engines.ministack.shop import Shop, shop

CONCURRENCY = {"ConsumerConcurrency": "2", "PaymentConcurrency": "2"}
"""ministack starts this many processes for a queue."""


@contextmanager
def deployed(**parameters: str) -> Iterator[Shop]:
    if not PYTHON.exists():
        pytest.skip("ministack is not installed: make test-elsewhere installs it")
    with ministack(CONCURRENCY | parameters) as served:
        yield shop(served.url)


@pytest.fixture(scope="module")
def world() -> Iterator[Shop]:
    """Replaces the world in this process, for tests that use only the methods of `Shop`."""
    with deployed() as it:
        yield it


@pytest.fixture(scope="module")
def short_deadline() -> Iterator[Shop]:
    """A stack whose orders have a deadline of one second."""
    with deployed(OrderTimeLimitSeconds="1", OrderFirstLookSeconds="1") as it:
        yield it


@pytest.fixture(autouse=True)
def answers_match_models() -> None:
    """Replace the fixture of tests/conftest.py: these tests do not check every answer of ministack."""
