"""The kinds of fault, and the choice of when to inject one."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from infra.simulation.determinism import SeededRandom

KINDS = {
    "crash": "a function crashes before or after a call",
    "timeout": "a function times out before or after a call",
    "lost-answer": "a call takes effect, no answer arrives, and botocore retries it",
    "throttle": "DynamoDB throttles calls for a while",
    "outage": "calls fail for a while with status 500",
    "partial-publish": "a PublishBatch succeeds, with some failed entries",
    "long-outage": "AWS, the gateway or the carrier fails for longer than eight receives take",
    "silence": "the gateway or the carrier does not answer for a while; it may have acted",
    "race": "other functions run while a function is between two calls",
    "expiry": "visibility timeouts end while functions process the messages",
    "duplicate": "SQS delivers a message that is in flight or handled, or again under a new id",
    "reorder": "SQS delivers messages in any order",
    "delay": "a message arrives hours late",
    "poison": "a queue contains an unreadable message",
    "undelivered": "SNS cannot deliver a message, and sends it to the dead-letter queue",
    "down": "a service processes nothing for a while",
    "replay": "Lambda reads a stream again from its first record",
    "redrive": "an operator redrives dead letters while the functions run",
}

UNLIMITED = 1_000_000


@dataclass(frozen=True)
class Scenario:
    """All that defines a run. `limit` is the maximum number of injected faults."""

    seed: int
    orders: int = 4
    kinds: frozenset[str] = frozenset(KINDS)
    limit: int = UNLIMITED
    interventions: bool = True
    """Whether customers cancel and the carrier reports deliveries."""
    crash_at: tuple[str, ...] = ()
    """Call sites, each after "before" or "after": the first function that reaches one crashes there."""
    delays: tuple[str, ...] = ()
    """Messages that arrive late, in this order, as service and type: `order payment.captured`. The carrier
    then reports each parcel at once, so that its report may overtake them."""

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
        words += [f"--crash-at '{place}'" for place in self.crash_at]
        words += [f"--delay '{messages}'" for messages in self.delays]
        return " ".join(words)

    def but(self, **changes: Any) -> "Scenario":
        return replace(self, **changes)


class Faults:
    """Decides whether to inject a fault. Each run favours some kinds, so that rare combinations occur."""

    def __init__(self, scenario: Scenario, random: SeededRandom) -> None:
        self._scenario, self._random = scenario, random
        self._weights = {kind: random.pick((0.0, 0.5, 1.0, 1.0, 3.0)) for kind in KINDS}
        self.struck: Counter[str] = Counter()
        self.on = True
        self._crash_sites = set(scenario.crash_at)

    def strikes(self, kind: str, probability: float) -> bool:
        """Whether to inject a fault of this kind now.

        It draws a random number even if the kind is excluded: the run's other choices stay the same for
        longer.
        """
        drawn = self._random.chance(probability * self._weights[kind])
        if not (drawn and self.on and kind in self._scenario.kinds):
            return False
        if self.struck.total() >= self._scenario.limit:
            return False
        self.struck[kind] += 1
        return True

    def crashes_at(self, place: str) -> bool:
        """True once for each call site at which the scenario crashes a function."""
        if place not in self._crash_sites:
            return False
        self._crash_sites.remove(place)
        return True

    def below(self, bound: int) -> int:
        """A random number below `bound`, for the size of an injected fault."""
        return self._random.below(bound)
