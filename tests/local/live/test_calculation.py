"""A calculation in another process: its result is kept, its failure is told, and it ends with its caller."""

import asyncio
import os
from pathlib import Path

import pytest

from infra.live.calculation import Calculation
from infra.live.problems import Problem

COUNT = """
import pathlib, sys
file, failing = pathlib.Path(sys.argv[1]), int(sys.argv[2])
calls = len(file.read_text()) + 1 if file.exists() else 1
file.write_text("." * calls)
if calls <= failing:
    raise SystemExit(f"attempt {calls} failed")
print(calls)
"""
SLEEP = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(60)
"""


def counting(tmp_path: Path, *, failing: int = 0) -> Calculation:
    """A program that counts how often it runs. The first `failing` runs fail."""
    return Calculation("-c", COUNT, str(tmp_path / "calls"), str(failing))


def test_a_result_is_calculated_once(tmp_path: Path) -> None:
    calculation = counting(tmp_path)

    async def results() -> list[int]:
        both = await asyncio.gather(calculation.result(), calculation.result())
        return [*both, await calculation.result()]

    assert asyncio.run(results()) == [1, 1, 1]


def test_a_failure_has_the_programs_reason_and_is_not_kept(tmp_path: Path) -> None:
    calculation = counting(tmp_path, failing=1)

    async def second() -> int:
        with pytest.raises(Problem, match="failed: attempt 1 failed"):
            await calculation.result()
        return int(await calculation.result())

    assert asyncio.run(second()) == 2


def test_a_failure_without_a_reason_has_the_exit_code() -> None:
    with pytest.raises(Problem, match="failed: exit code 3"):
        asyncio.run(Calculation("-c", "raise SystemExit(3)").result())


def test_the_program_ends_with_the_run(tmp_path: Path) -> None:
    file = tmp_path / "process"

    async def interrupted() -> None:
        calculating = asyncio.create_task(Calculation("-c", SLEEP, str(file)).result())
        while not (file.exists() and file.read_text()):
            assert not calculating.done()
            await asyncio.sleep(0.01)

    asyncio.run(interrupted())
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)
