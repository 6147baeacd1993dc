"""Several processes of each consumer at once, killed at random."""

import pytest

from infra.bench.served import free_port
from infra.simulation.soak import soak

pytestmark = pytest.mark.proof


def test_real_processes_that_are_killed_keep_every_promise() -> None:
    report = soak(10, free_port())
    assert report.wrong == []
    assert report.kills > 5
    assert sum(report.orders.values()) > 3
