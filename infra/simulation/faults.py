"""Faults: the kinds, when they strike, and how often they did."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from infra.simulation.determinism import Dice

KINDS = {
    "crash": "a function crashes before or after a call",
    "timeout": "a function runs out of time before or after a call",
    "lost-answer": "a call takes effect, its answer never comes, and botocore tries it again",
    "throttle": "DynamoDB refuses a call for a while",
    "outage": "a call fails for a while with status 500, a publish among them",
    "partial-publish": "a PublishBatch succeeds, with some failed entries",
    "long-outage": "AWS, the gateway or the carrier fails for longer than eight receives last",
    "silence": "the gateway or the carrier gives no answer for a while; it may have acted",
    "race": "other functions work while a function is between two calls",
    "expiry": "visibility timeouts end while functions are at work on the messages",
    "duplicate": "a message is delivered although it is in flight or done, or again under a new id",
    "reorder": "messages are received in any order",
    "delay": "a message arrives hours late",
    "poison": "an unreadable message among the others",
    "undelivered": "SNS cannot deliver a message, and puts it into the dead-letter queue",
    "down": "a service does nothing for a while",
    "replay": "a stream is read again from its first record",
    "redrive": "dead letters are put back while everything else goes on",
}

UNLIMITED = 1_000_000


@dataclass(frozen=True)
class Scenario:
    """Defines a run completely. `limit` is the most faults that strike."""

    seed: int
    orders: int = 4
    kinds: frozenset[str] = frozenset(KINDS)
    limit: int = UNLIMITED
    interventions: bool = True
    """Whether customers cancel and the carrier reports deliveries."""
    die: tuple[str, ...] = ()
    """Call sites, each with before or after: the first function that reaches one crashes there."""
    lags: tuple[str, ...] = ()
    """Service and type, such as `order payment.captured`: messages that arrive late, in this order. The
    carrier then reports each parcel at once, so that its report may overtake them."""

    @property
    def command(self) -> str:
        """The command that repeats the run."""
        words = ["choreo simulate", f"--seed {self.seed} --orders {self.orders}"]
        if self.kinds != frozenset(KINDS):
            words.append(f"--faults {','.join(sorted(self.kinds)) or 'none'}")
        if self.limit != UNLIMITED:
            words.append(f"--limit {self.limit}")
        if not self.interventions:
            words.append("--no-interventions")
        words += [f"--die '{place}'" for place in self.die]
        words += [f"--lag '{what}'" for what in self.lags]
        return " ".join(words)

    def but(self, **changes: Any) -> "Scenario":
        return replace(self, **changes)


class Faults:
    """Decides whether a fault strikes. Each run has more of some kinds, so that rare combinations occur."""

    def __init__(self, scenario: Scenario, dice: Dice) -> None:
        self._scenario, self._dice = scenario, dice
        self._favour = {kind: dice.pick((0.0, 0.5, 1.0, 1.0, 3.0)) for kind in KINDS}
        self.struck: Counter[str] = Counter()
        self.on = True
        self._doomed = set(scenario.die)

    def strikes(self, kind: str, probability: float) -> bool:
        """Draws even if the kind is left out, so that the run's other choices stay the same for longer."""
        drawn = self._dice.chance(probability * self._favour[kind])
        if not (drawn and self.on and kind in self._scenario.kinds):
            return False
        if self.struck.total() >= self._scenario.limit:
            return False
        self.struck[kind] += 1
        return True

    def doomed(self, place: str) -> bool:
        """True once for each call site at which the scenario crashes a function."""
        if place not in self._doomed:
            return False
        self._doomed.remove(place)
        return True

    def below(self, bound: int) -> int:
        """The size of a fault that struck."""
        return self._dice.below(bound)
