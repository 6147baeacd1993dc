"""A finding: one sentence about one thing that is missing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`subject` is a resource of the template or an event type; `recipe` is what `choreo new` takes."""

    subject: str
    missing: str
    recipe: str

    def __str__(self) -> str:
        return f"{self.subject} {self.missing}: add it, or see what `choreo new {self.recipe}` writes."


class Incomplete(Exception):
    """The project has findings. The text has one line for each."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
