"""The CPU time and memory of a process and its descendants, from Linux's /proc."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """CPU seconds, including ended child processes, and memory, with each process's share of shared pages."""

    cpu_seconds: float
    memory_kilobytes: int
    processes: int


def cost_of(process: int) -> Cost:
    family = list(_with_descendants(process, _children()))
    return Cost(sum(map(_cpu_seconds, family)), sum(map(_kilobytes, family)), len(family))


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        if fields := _fields(int(folder.name)):
            found.setdefault(int(fields[1]), []).append(int(folder.name))
    return found


def _with_descendants(process: int, children: dict[int, list[int]]) -> Iterator[int]:
    yield process
    for child in children.get(process, []):
        yield from _with_descendants(child, children)


def _fields(process: int) -> list[str]:
    """The fields of `stat` after the command's name, which may contain spaces; empty if the process ended."""
    try:
        return (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu_seconds(process: int) -> float:
    """The CPU time of the process and its ended children, in user and system mode."""
    return sum(map(int, _fields(process)[11:15])) / TICKS


def _kilobytes(process: int) -> int:
    try:
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
