"""The report of one run, and of many runs."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from infra.simulation.coverage import Coverage
from infra.simulation.faults import KINDS
from infra.simulation.run import Result

LAST_ARROWS = 60
"""The last lines of the Mermaid diagram to print: the cause of a violation is near the end."""


class Totals:
    """The results of many runs."""

    def __init__(self) -> None:
        self.runs = 0
        self.faults: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.coverage = Coverage()

    def add(self, result: Result) -> None:
        self.runs += 1
        self.faults += result.faults
        self.outcomes += result.outcomes
        self.coverage.add(result)

    def to_json(self) -> dict[str, Any]:
        return {
            "seeds": self.runs,
            "orders": dict(self.outcomes),
            "faults": dict(self.faults),
            "never_reached": self.coverage.never_reached(),
            "violations": [],
        }

    def print(self, console: Console, seconds: float) -> None:
        table = Table("fault", "injected", "meaning", box=None, pad_edge=False)
        table.columns[1].justify = "right"
        for kind, meaning in KINDS.items():
            table.add_row(kind, str(self.faults[kind]), meaning)
        console.print(table)
        orders = ", ".join(f"{count} {status}" for status, count in sorted(self.outcomes.items()))
        console.print(f"\norders       {orders}")
        console.print(f"transitions  {self.coverage.transitions}")
        console.print(f"deliveries   {self.coverage.deliveries} pairs of event type and state of a service")
        console.print(f"crashes      {self.coverage.crashes} call sites, before and after")
        console.print(f"seeds        {self.runs}, {self.runs / seconds:.1f} a second")


def violation(result: Result) -> str:
    """The text of a violation: seed, violations, the run as text and as Mermaid diagram, and the command."""
    return "\n".join(
        [
            f"VIOLATION with seed {result.scenario.seed}, after {result.faults.total()} faults:",
            *(f"  {wrong}" for wrong in result.wrong),
            "",
            *result.lines,
            "",
            *mermaid(result),
            "",
            "Repeat this run with:",
            f"  {result.scenario.command}",
        ]
    )


def mermaid(result: Result) -> list[str]:
    """The run as a Mermaid sequence diagram."""
    arrows = result.arrows[-LAST_ARROWS:]
    return [
        "sequenceDiagram",
        *(
            f"  participant {name}"
            for name in ("customer", "order", "payment", "shipping", "topics", "outside")
        ),
        *(f"  {arrow.replace(';', ',')}" for arrow in arrows),
        *(f"  Note over outside: {wrong.replace(';', ',')}" for wrong in result.wrong[:1]),
    ]
