"""What may go wrong, how often, and how often it did."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from infra.simulation.determinism import Dice

KINDS = {
    "crash": "a function dies before or after a call",
    "timeout": "a function runs out of time before or after a call",
    "lost-answer": "a call takes effect, its answer never comes, and botocore tries it again",
    "throttle": "DynamoDB refuses a call for a while",
    "outage": "a call fails for a while with status 500, a publish among them",
    "partial-publish": "entries of a PublishBatch fail though the call answers",
    "long-outage": "AWS, the gateway or the carrier fails for longer than eight receives last",
    "silence": "the gateway or the carrier gives no answer for a while, having acted or not",
    "race": "others work while a function is between two calls",
    "expiry": "visibility timeouts end while functions are at work on the messages",
    "duplicate": "a message is delivered although it is in flight or done, or again under a new id",
    "reorder": "messages are received in any order",
    "delay": "a message comes hours late",
    "poison": "a message that nobody can read, among the others",
    "undelivered": "SNS cannot deliver a message, and puts it into the dead-letter queue",
    "down": "a service does nothing for a while",
    "replay": "a stream is read again from its first record",
    "redrive": "dead letters are put back while everything else goes on",
}

UNLIMITED = 1_000_000


@dataclass(frozen=True)
class Scenario:
    """A run: the same scenario is the same run. `limit` is how many faults strike at most."""

    seed: int
    orders: int = 4
    kinds: frozenset[str] = frozenset(KINDS)
    limit: int = UNLIMITED
    interventions: bool = True
    """Customers cancel, and the carrier tells of deliveries."""
    die: tuple[str, ...] = ()
    """Call sites, and before or after each: the first function to come by there dies."""
    lags: tuple[str, ...] = ()
    """Service and type, such as `order payment.captured`: there these come late, in this order, from the
    first on; and the carrier tells of each parcel at once, so that its word may overtake them."""

    @property
    def command(self) -> str:
        """What repeats the run."""
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
    """Decides whether a fault strikes. Every run favours some kinds, so that rare combinations meet."""

    def __init__(self, scenario: Scenario, dice: Dice) -> None:
        self._scenario, self._dice = scenario, dice
        self._favour = {kind: dice.pick((0.0, 0.5, 1.0, 1.0, 3.0)) for kind in KINDS}
        self.struck: Counter[str] = Counter()
        self.on = True
        self._doomed = set(scenario.die)

    def strikes(self, kind: str, probability: float) -> bool:
        """Draws whether or not it may strike: leaving a kind out leaves the other choices alone longer."""
        drawn = self._dice.chance(probability * self._favour[kind])
        if not (drawn and self.on and kind in self._scenario.kinds):
            return False
        if self.struck.total() >= self._scenario.limit:
            return False
        self.struck[kind] += 1
        return True

    def doomed(self, place: str) -> bool:
        """True once at each place where the scenario wants a function to die."""
        if place not in self._doomed:
            return False
        self._doomed.remove(place)
        return True

    def below(self, bound: int) -> int:
        """How bad it is, once it struck."""
        return self._dice.below(bound)
