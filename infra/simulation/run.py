"""One run: a phase with faults, in which every write is checked, then one without, until all is at rest."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from infra.local.aws.moto_patches import patched_moto
from infra.local.model.messages import Batch
from infra.local.model.stack import Function
from infra.permissions.calls import recorded
from infra.simulation.calls import Calls, Crash, Site
from infra.simulation.carrier import Carrier
from infra.simulation.checker import Checker
from infra.simulation.customers import Customers
from infra.simulation.determinism import Clock, Dice, deterministic
from infra.simulation.endurance import LONGEST_SECONDS, SHORTEST_SECONDS, Endurance
from infra.simulation.faults import Faults, Scenario
from infra.simulation.journal import Journal
from infra.simulation.observer import Observer
from infra.simulation.outages import drawn
from infra.simulation.queues import Disorder
from infra.simulation.quiescence import Quiescence
from infra.simulation.story import SERVICES
from infra.simulation.world import BATCH_SIZE, World, permissions

STEPS_AN_ORDER = 30
DEPTH = 3


@dataclass
class Result:
    """The result of a run."""

    scenario: Scenario
    wrong: list[str]
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    sites: Counter[tuple[Site, str]] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    moves: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    ledgers: list[tuple[str, ...]] = field(default_factory=list)
    """The outcome of each order that a customer wanted, by the ledgers."""
    lines: list[str] = field(default_factory=list)
    arrows: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """A digest of the run: equal for equal runs."""
        return hashlib.sha256("\n".join([*self.lines, *self.wrong]).encode()).hexdigest()


def run(scenario: Scenario) -> Result:
    """Runs a scenario. The same scenario gives the same result, byte for byte."""
    with deterministic(scenario.seed) as clock, patched_moto():
        return Simulation(scenario, clock).run()


class Simulation:
    """All parts of one run; see `run`."""

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        self._scenario, self._clock = scenario, clock
        self._dice = Dice(scenario.seed)
        self._faults = Faults(scenario, self._dice)
        self.calls = Calls(clock, self._faults)
        self.world = World(clock, self.calls)
        self.journal = Journal()
        self.checker = Checker(self.journal)
        self._observer = Observer(self.world, self.checker, clock)
        self.calls.observe, self.calls.tell = self._observer.took_effect, self._observer.fault
        self.calls.meanwhile = self._meanwhile
        self._customers = Customers(self.world, self._observer, self.checker, scenario)
        self._carrier = Carrier(self.world, self._observer, self.checker, clock, self._dice)
        self._disorder = Disorder(self.world, clock, self._dice, self._faults, scenario.lags)
        self._endurance = Endurance(self.world, clock, self._dice, self.deliver, self._customer_acts)
        self._down_until: dict[str, float] = {}
        self._depth, self._delivering = 0, set[str]()

    def run(self) -> Result:
        with self.calls.installed(), recorded() as needs:
            steps = STEPS_AN_ORDER * self._scenario.orders
            while steps and not self.checker.wrong:
                steps -= 1
                self._step()
                if self._scenario.lags and self._scenario.interventions:
                    self._carrier.tell_at_once()
            self._faults.on = False
            self._down_until.clear()
            if not self.checker.wrong:
                self.come_to_rest()
        self.checker.wrong += sorted(f"no role allows {need}" for need in needs - permissions())
        return self._result()

    def come_to_rest(self) -> None:
        people = (self._customers, self._carrier)
        Quiescence(self.world, self._clock, self.checker, *people, self._disorder, self.deliver).reach()

    def _result(self) -> Result:
        journal = self.journal
        return Result(
            self._scenario,
            self.checker.wrong,
            Counter(journal.status("order", order_id) for order_id in journal.order_ids()),
            self._faults.struck,
            self.calls.sites,
            self.checker.pairs,
            self.checker.moves,
            self._customers.ledgers(),
            journal.lines,
            journal.arrows,
        )

    def _step(self) -> None:
        if self._dice.chance(0.7):
            self.deliver(self._dice.pick(list(self.world.sources)))
        elif self._dice.chance(0.45):
            self._customer_acts()
        elif self._scenario.interventions and self._dice.chance(0.35):
            self._carrier.tell() if self._dice.chance(0.8) else self._carrier.pretend()
        elif self._dice.chance(0.7):
            self._clock.advance(self._dice.between(0.1, 90))
        else:
            self._something_breaks()

    def _customer_acts(self) -> None:
        if self._dice.chance(0.5):
            self._customers.place_next()
        if not self._customers.wishes:
            return
        wish = self._dice.pick(self._customers.wishes)
        drawn = self._dice.below(10)
        if drawn < 2 and self._scenario.interventions:
            self._customers.cancel(wish)
        elif drawn < 5 and wish.key:
            self._customers.ask(wish)
        elif drawn < 7:
            self._customers.ask_for_another(wish)
        elif drawn < 9:
            self._customers.look(wish)

    def _something_breaks(self) -> None:
        if self._faults.strikes("down", 0.3):
            service = self._dice.pick(SERVICES).name
            self._down_until[service] = self._clock.now() + self._dice.between(20, 400)
            self._observer.say(service, "! is down")
        if self._faults.strikes("redrive", 0.3):
            self._redrive()
        if self._depth == 0 and self._faults.strikes("long-outage", 0.06):
            self._long_outage()

    def _long_outage(self) -> None:
        outage, seconds = drawn(self._dice), self._dice.between(SHORTEST_SECONDS, LONGEST_SECONDS)
        self._observer.say("aws", f"! {outage.service} {outage.trouble} for {seconds / 60:.0f} minutes")
        self._faults.on = False
        self.checker.wrong += self._endurance.endure(outage, seconds)
        self._faults.on = True

    def _redrive(self) -> None:
        for function in self.world.consumers():
            dead_letters = self.world.queue_name(function, "DEAD_LETTER_QUEUE_URL")
            for message in list(self.world.messages(dead_letters)):
                self.world.move(message, dead_letters, self.world.queue_name(function, "QUEUE_URL"))

    def _meanwhile(self) -> None:
        """Lets other functions work while a function is between two calls, nested to DEPTH."""
        if self._depth >= DEPTH:
            return
        self._depth += 1
        for _ in range(1 + self._dice.below(4)):
            self._step()
        self._depth -= 1

    def deliver(self, name: str) -> bool:
        """Lets one mapping deliver one batch. False if there is no batch, or its function is at work."""
        function = self.world.function_of(name)
        if self._down_until.get(function.service, 0) > self._clock.now() or name in self._delivering:
            return False
        if self.world.is_stream(name):
            return self._deliver_stream(name, function)
        return self._deliver_queue(name, function)

    def _deliver_stream(self, name: str, function: Function) -> bool:
        self._disorder.before_stream(name)
        batch = self.world.poll(name)
        if batch is None:
            return False
        self._delivering.add(name)  # Lambda works on one batch of a shard at a time
        try:
            self._invoke(name, function, batch)
        finally:
            self._delivering.discard(name)
        return True

    def _deliver_queue(self, name: str, function: Function) -> bool:
        queue = self.world.queue_name(function, "QUEUE_URL")
        self._disorder.before_receive(queue, self.world.queue_name(function, "DEAD_LETTER_QUEUE_URL"))
        batch = self.world.poll(name, 1 + self._dice.below(BATCH_SIZE))
        if batch is None:
            return False
        self._observer.delivered(function, queue, batch)
        sent = len(self.journal.sent)
        answer = self._invoke(name, function, batch)
        if answer is not None:
            self._observer.answered(function, queue, batch, answer, sent)
        return True

    def _invoke(self, name: str, function: Function, batch: Batch) -> Any:
        """The function's answer, or None."""
        try:
            answer = self.world.invoke(function, batch.event)
        except (Crash, Exception) as error:
            self.world.fail(name, batch, repr(error))
            return None
        if not self._disorder.after_answer():
            self.world.complete(name, batch, answer)
        elif self.world.is_stream(name):
            self.world.fail(name, batch, "the answer is lost")
        return answer
