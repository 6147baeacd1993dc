"""A fault of one AWS call that a function makes: a crash, a lost answer, a pause, or rejected entries."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from uuid import uuid4

Moment = Literal["before", "after"]
Action = Literal["crash", "lose", "pause", "reject"]


@dataclass(frozen=True)
class CallFault:
    """A fault of the next call of `operation`, such as PutItem, by `function`.

    `function` is the logical id of a function, or a service, which means any of its functions.
    """

    function: str
    operation: str
    moment: Moment
    action: Action
    seconds: float = 0.0
    """How long a pause takes."""
    containing: tuple[str, ...] = ()
    """Texts that the call's request must contain, such as the id of an order and the name of a table."""
    id: str = field(default_factory=lambda: str(uuid4()))

    def concerns(self, operation: str, body: bytes) -> bool:
        """Whether this is a call that the fault waits for."""
        return operation == self.operation and all(text.encode() in body for text in self.containing)

    def description(self, function: str) -> str:
        """What happens to a function, in a sentence."""
        match self.action:
            case "crash":
                return f"{function} crashes {self.moment} {self.operation}"
            case "lose" if self.moment == "before":
                return f"{function} loses the request of {self.operation}"
            case "lose":
                return f"{function} loses the answer to {self.operation}"
            case "pause":
                return f"{function} waits {self.seconds:g} s {self.moment} {self.operation}"
            case "reject":
                return f"{function} gets an answer to {self.operation} that rejects every entry"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "CallFault":
        return cls(**{**given, "containing": tuple(given["containing"])})
