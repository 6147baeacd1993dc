"""One run: a phase with faults, and then a phase without, until no message waits. It checks every write."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from infra.local.aws import backends
from infra.local.aws.moto_patches import patched_moto
from infra.local.model.messages import Batch
from infra.local.model.stack import Function
from infra.permissions.calls import recorded
from infra.simulation.carrier import Carrier
from infra.simulation.checker import Checker
from infra.simulation.customers import Customers
from infra.simulation.determinism import Clock, SeededRandom, deterministic
from infra.simulation.fault_injection import Crash, FaultInjector, Site
from infra.simulation.faults import Faults, Scenario
from infra.simulation.journal import Journal
from infra.simulation.long_outages import LONGEST_SECONDS, SHORTEST_SECONDS, LongOutages
from infra.simulation.observer import Observer
from infra.simulation.outages import random_outage
from infra.simulation.quiescence import Quiescence
from infra.simulation.services import SERVICES
from infra.simulation.transport_faults import TransportFaults
from infra.simulation.world import BATCH_SIZE, World, permissions

STEPS_AN_ORDER = 30
DEPTH = 3
"""How deep invocations nest: a function may run between two calls of another one."""


@dataclass
class Result:
    """The result of a run. `wrong` lists the violations."""

    scenario: Scenario
    wrong: list[str]
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    sites: Counter[tuple[Site, str]] = field(default_factory=Counter)
    deliveries: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    transitions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    ledgers: list[tuple[str, ...]] = field(default_factory=list)
    """The ledger entries of each planned order."""
    lines: list[str] = field(default_factory=list)
    arrows: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """A SHA-256 hash of the run's text: equal runs have equal digests."""
        return hashlib.sha256("\n".join([*self.lines, *self.wrong]).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The result without the text of the run, which the command writes again with `--trace`."""
        return {
            "seed": self.scenario.seed,
            "orders": dict(self.outcomes),
            "faults": dict(self.faults),
            "violations": self.wrong,
            "digest": self.digest,
            "command": self.scenario.command,
        }


def run(scenario: Scenario) -> Result:
    """Runs a scenario. The same scenario gives the same result, byte for byte."""
    with deterministic(scenario.seed) as clock, patched_moto():
        return Simulation(scenario, clock).run()


class Simulation:
    """All parts of one run; see `run`."""

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        self._scenario, self._clock = scenario, clock
        self._random = SeededRandom(scenario.seed)
        self._faults = Faults(scenario, self._random)
        self.injector = FaultInjector(clock, self._faults)
        self.world = World(clock, self.injector)
        backends.seed_ids(scenario.seed)  # only the first world of a process draws ids; the next are copies
        self.journal = Journal()
        self.checker = Checker(self.journal)
        self._observer = Observer(self.world, self.checker, clock)
        self.injector.on_call, self.injector.on_fault = self._observer.took_effect, self._observer.fault
        self.injector.run_others = self._run_others
        self._customers = Customers(self.world, self._observer, self.checker, scenario)
        self._carrier = Carrier(self.world, self._observer, self.checker, clock, self._random)
        self._transport = TransportFaults(self.world, clock, self._random, self._faults, scenario.delays)
        self._long_outages = LongOutages(self.world, clock, self._random, self.deliver, self._customer_acts)
        self._down_until: dict[str, float] = {}
        """Services that do nothing, and until when."""
        self._depth, self._delivering = 0, set[str]()

    def run(self) -> Result:
        with self.injector.installed(), recorded() as needs:
            steps = STEPS_AN_ORDER * self._scenario.orders
            while steps and not self.checker.wrong:
                steps -= 1
                self._step()
                if self._scenario.delays and self._scenario.interventions:
                    self._carrier.report_all()
            self._faults.on = False
            self._down_until.clear()
            if not self.checker.wrong:
                self.come_to_rest()
        self.checker.wrong += sorted(f"no role allows {need}" for need in needs - permissions())
        return self._result()

    def come_to_rest(self) -> None:
        people = (self._customers, self._carrier)
        Quiescence(self.world, self._clock, self.checker, *people, self._transport, self.deliver).reach()

    def _result(self) -> Result:
        journal = self.journal
        return Result(
            self._scenario,
            self.checker.wrong,
            Counter(journal.status("order", order_id) for order_id in journal.order_ids()),
            self._faults.struck,
            self.injector.sites,
            self.checker.deliveries,
            self.checker.transitions,
            self._customers.ledgers(),
            journal.lines,
            journal.arrows,
        )

    def _step(self) -> None:
        if self._random.chance(0.7):
            self.deliver(self._random.pick(list(self.world.sources)))
        elif self._random.chance(0.45):
            self._customer_acts()
        elif self._scenario.interventions and self._random.chance(0.35):
            self._carrier.report() if self._random.chance(0.8) else self._carrier.forge_report()
        elif self._random.chance(0.7):
            self._clock.advance(self._random.between(0.1, 90))
        else:
            self._break_something()

    def _customer_acts(self) -> None:
        if self._random.chance(0.5):
            self._customers.place_next()
        if not self._customers.planned:
            return
        wish = self._random.pick(self._customers.planned)
        drawn = self._random.below(10)
        if drawn < 2 and self._scenario.interventions:
            self._customers.cancel(wish)
        elif drawn < 5 and wish.key:
            self._customers.place(wish)
        elif drawn < 7:
            self._customers.reuse_key(wish)
        elif drawn < 9:
            self._customers.read(wish)

    def _break_something(self) -> None:
        if self._faults.strikes("down", 0.3):
            service = self._random.pick(SERVICES).name
            self._down_until[service] = self._clock.now() + self._random.between(20, 400)
            self._observer.say(service, "! is down")
        if self._faults.strikes("redrive", 0.3):
            self._redrive()
        if self._depth == 0 and self._faults.strikes("long-outage", 0.06):
            self._long_outage()

    def _long_outage(self) -> None:
        outage, seconds = random_outage(self._random), self._random.between(SHORTEST_SECONDS, LONGEST_SECONDS)
        self._observer.say("aws", f"! {outage.service} {outage.trouble} for {seconds / 60:.0f} minutes")
        self._faults.on = False
        self.checker.wrong += self._long_outages.play(outage, seconds)
        self._faults.on = True

    def _redrive(self) -> None:
        for function in self.world.consumers():
            dead_letters = self.world.queue_name(function, "DEAD_LETTER_QUEUE_URL")
            for message in list(self.world.messages(dead_letters)):
                self.world.move(message, dead_letters, self.world.queue_name(function, "QUEUE_URL"))

    def _run_others(self) -> None:
        """Runs other functions while a function is between two calls, nested to DEPTH."""
        if self._depth >= DEPTH:
            return
        self._depth += 1
        for _ in range(1 + self._random.below(4)):
            self._step()
        self._depth -= 1

    def deliver(self, name: str) -> bool:
        """Delivers one batch of a mapping. False if there is no batch, or the mapping cannot deliver now."""
        function = self.world.function_of(name)
        if self._down_until.get(function.service, 0) > self._clock.now() or name in self._delivering:
            return False
        if self.world.is_stream(name):
            return self._deliver_stream(name, function)
        return self._deliver_queue(name, function)

    def _deliver_stream(self, name: str, function: Function) -> bool:
        self._transport.before_stream(name)
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
        self._transport.before_receive(queue, self.world.queue_name(function, "DEAD_LETTER_QUEUE_URL"))
        batch = self.world.poll(name, 1 + self._random.below(BATCH_SIZE))
        if batch is None:
            return False
        self._observer.delivered(function, queue, batch)
        sent = len(self.journal.sent)
        answer = self._invoke(name, function, batch)
        if answer is not None:
            self._observer.answered(function, queue, batch, answer, sent)
        return True

    def _invoke(self, name: str, function: Function, batch: Batch) -> Any:
        """The function's answer; None if the function failed."""
        try:
            answer = self.world.invoke(function, batch.event)
        except (Crash, Exception) as error:
            self.world.fail(name, batch, repr(error))
            return None
        if not self._transport.after_answer():
            self.world.complete(name, batch, answer)
        elif self.world.is_stream(name):
            self.world.fail(name, batch, "Lambda lost the answer")
        return answer
