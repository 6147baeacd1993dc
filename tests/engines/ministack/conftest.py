"""Shops on ministack, where `make test-elsewhere` has installed it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.bench.ministack import PYTHON, ministack
from tests.engines.ministack.shop import Shop, shop

CONCURRENCY = {"ConsumerConcurrency": "2", "PaymentConcurrency": "2"}
"""ministack starts as many processes for a queue."""


@contextmanager
def deployed(**parameters: str) -> Iterator[Shop]:
    if not PYTHON.exists():
        pytest.skip("ministack is not installed: make test-elsewhere installs it")
    with ministack(CONCURRENCY | parameters) as served:
        yield shop(served.url)


@pytest.fixture(scope="module")
def world() -> Iterator[Shop]:
    """In place of the world in this process, for tests that need no more of it than a shop gives."""
    with deployed() as it:
        yield it


@pytest.fixture(scope="module")
def hasty() -> Iterator[Shop]:
    """A shop whose orders have no more than a second."""
    with deployed(OrderTimeLimitSeconds="1", OrderFirstLookSeconds="1") as it:
        yield it


@pytest.fixture(autouse=True)
def as_described() -> None:
    """In place of the check of tests/conftest.py: how ministack words its answers is not tried here."""
