"""Runs in several processes give the results of runs in one, and the processes end with their parent."""

import signal
import subprocess
import sys
import time

from infra.shared.root import ROOT
from infra.simulation.faults import Scenario
from infra.simulation.parallel import parallel_runs

DEADLINE_SECONDS = 60
ENDLESS = """
from infra.simulation.faults import Scenario
from infra.simulation.parallel import parallel_runs
with parallel_runs(2) as runs:
    for _ in runs([Scenario(seed, 1) for seed in range(1000)]):
        print("a result", flush=True)
"""


def test_results_come_in_the_order_of_the_scenarios_and_are_those_of_one_process() -> None:
    scenarios = [Scenario(seed, 1) for seed in range(4)]
    with parallel_runs(1) as here, parallel_runs(2) as elsewhere:
        expected, found = list(here(scenarios)), list(elsewhere(scenarios))
    assert [result.digest for result in found] == [result.digest for result in expected]


def test_the_processes_end_with_a_parent_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"a result\n"
        assert len(members(parent.pid)) > 2  # the parent, and a process for each job
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (left := members(parent.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert left == []


def members(group: int) -> list[int]:
    """The processes of a group that have not ended."""
    found = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in found.stdout.splitlines())
    return [int(pid) for pid, pgid, stat in rows if pgid == str(group) and not stat.startswith("Z")]
