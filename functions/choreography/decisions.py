"""A decision is pure data: the new state, the payloads of the events to publish, and an effect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from choreography.errors import IllegalTransition
from contracts.envelope import Event, Payload


class State(BaseModel):
    """A service's state of one order. A new instance stands for an order without any event yet."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    @property
    def summary(self) -> str:
        """The order's status in this service, for the log."""
        return ""


StateT = TypeVar("StateT", bound=State)


@dataclass(frozen=True)
class Decision(Generic[StateT]):
    """What to do about an event.

    Without an `effect`: write `state` and publish `payloads`. With one: write `state` first, as the intent,
    if it differs from what was read; perform the effect; then decide again with its answer.
    """

    state: StateT
    payloads: tuple[Payload, ...] = ()
    """In causal order: each event is the cause of the next one."""
    effect: Any = None
    caused_by: str | None = None
    """Id of the event that led to the first of `payloads`, where it is not the one being handled."""


Reaction = Callable[[StateT, Event[Any]], Decision[StateT]]
"""The first decision about an event, from the state as read."""

Transitions = Mapping[str, frozenset[str]]
"""The legal moves from each status. A status without moves is final."""


def check_move(machine: str, transitions: Transitions, before: str, after: str) -> None:
    """Raises IllegalTransition unless the status stays, or the table lists the move."""
    if before != after and after not in transitions[before]:
        raise IllegalTransition(machine, before, after)
