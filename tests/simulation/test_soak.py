"""Several processes of each consumer run at once, and the test kills them at random."""

import pytest

from infra.bench.server_process import free_port
from infra.simulation.soak import soak

pytestmark = pytest.mark.proof


def test_killed_processes_keep_every_invariant() -> None:
    report = soak(10, free_port())
    assert report.wrong == []
    assert report.kills > 5
    assert sum(report.orders.values()) > 3
