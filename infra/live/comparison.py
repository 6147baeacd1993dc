"""The comparison with the alternatives, as the page shows it: the numbers, the code and the decision."""

from typing import Any

from infra.alternatives.comparison import fault
from infra.alternatives.lessons import LESSONS
from infra.live import excerpts
from infra.live.calculation import Calculation

CODE = {
    "choreography": ("functions/choreography/participant.py:handle",),
    "orchestrated": (
        "infra/alternatives/orchestrated/orchestrator.py:_finish",
        "infra/alternatives/orchestrated/steps.py:after",
    ),
    "naive": (
        "infra/alternatives/naive.py:_handle",
        "infra/alternatives/naive.py:_write_and_publish",
    ),
}
"""What differs between the versions: how each handles a message."""
DECISION = "0037-the-orchestrated-alternative.md"
GUIDE = "docs/alternatives.md"
ADVICE = ("Where the orchestrator is better, and where it is worse", "Which one to choose")
"""The sections of the guide that the page shows. The others have the tables, which the page calculates."""


class Comparison:
    """The comparison of one run. It is calculated at the first request, which takes some seconds."""

    def __init__(self) -> None:
        self._calculation = Calculation("-m", "infra.cli", "compare", "--json")

    async def to_json(self) -> dict[str, Any]:
        """The document of `choreo compare --json`, with excerpts. Raises Problem if the comparison fails."""
        return {
            **await self._calculation.result(),
            "code": {version: [excerpts.code(place) for place in places] for version, places in CODE.items()},
            "decision": excerpts.decision(DECISION),
            "advice": [excerpts.section(GUIDE, title) for title in ADVICE],
        }


def fault_of(lesson: str) -> str | None:
    """What happens in the comparison's version of a lesson; None if the comparison lacks the lesson."""
    return fault(lesson) if lesson in LESSONS else None
