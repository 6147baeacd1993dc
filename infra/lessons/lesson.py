"""What a lesson is, as data: for the command line, and for a page that draws it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.lessons.stage import Stage

Act = Callable[[Stage], None]


@dataclass(frozen=True)
class Step:
    """One step of a lesson's script: a sentence for the reader, and what it does to the running system."""

    says: str
    act: Act


@dataclass(frozen=True)
class Safeguard:
    """What protects the orders in a lesson, and what happens to them without it."""

    without: str
    """The name of the mutant that removes it: `choreo run --without`."""
    light: int
    """The invariant that is violated without it."""
    consequence: str
    """What a customer or the company suffers without it, in a few words."""
    cost: str
    """The row of `choreo cost` that pays for it; empty if it needs no call of its own."""
    code: tuple[str, ...]
    """Links to its lines: a file and the name of a function in it, such as `choreography/table.py:write`."""
    decision: str
    """The file in docs/decisions that chose it."""


@dataclass(frozen=True)
class Lesson:
    """One lesson. Its steps run in order; the proof comes after the last one."""

    name: str
    title: str
    story: tuple[str, str, str]
    """Three sentences about what is going to happen."""
    watch: str
    """What to look at meanwhile, on the live page."""
    steps: tuple[Step, ...]
    outcome: str
    """What the proof shows with the safeguard, in a few words."""
    safeguards: tuple[Safeguard, ...] = ()
    """What can be removed; the first one is the lesson's own."""
    parameters: tuple[str, ...] = ()
    """Parameters of the template, such as a short deadline. Such a lesson always starts its own system."""

    def safeguard(self, without: str) -> Safeguard:
        """The safeguard that this mutant removes. Raises StopIteration if the lesson has none."""
        return next(guard for guard in self.safeguards if guard.without == without)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "story": self.story,
            "watch": self.watch,
            "steps": [step.says for step in self.steps],
            "outcome": self.outcome,
            "safeguards": [vars(guard) for guard in self.safeguards],
            "parameters": self.parameters,
        }
