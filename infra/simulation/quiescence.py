"""The quiescent phase: no faults, until everything is at rest; then every invariant is checked."""

from collections.abc import Callable

from choreography.table import from_attributes
from infra.local.in_process import environment
from infra.simulation.carrier import Carrier
from infra.simulation.checker import Checker
from infra.simulation.customers import Customers
from infra.simulation.determinism import Clock
from infra.simulation.judgement import judgement
from infra.simulation.queues import Disorder
from infra.simulation.story import SERVICES
from infra.simulation.world import World

PATIENCE_SECONDS = 24 * 3600
"""Virtual time within which everything must be at rest: the longest delay is four hours."""
ALARM_SECONDS = 3600
"""Virtual time after which an operator redrives dead letters while messages wait."""
PAUSE_SECONDS = 60.0
"""More than the wait of a stream between two attempts."""


class Quiescence:
    """Brings a run to its end and judges it."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        checker: Checker,
        customers: Customers,
        carrier: Carrier,
        disorder: Disorder,
        deliver: Callable[[str], bool],
    ) -> None:
        self._world, self._clock, self._checker = world, clock, checker
        self._customers, self._carrier = customers, carrier
        self._disorder, self._deliver = disorder, deliver
        self._journal, self._wrong = checker.journal, checker.wrong

    def reach(self) -> None:
        """Answers every customer, empties every queue, redrives dead letters, and then judges the run."""
        self._customers.insist(self._pause)
        self._carrier.insist()
        self._settle()
        while not self._wrong and (self._redrive() or self._heal()):
            self._settle()
        if not self._wrong:
            self._calm_orders_ship()
        if not self._wrong:
            self._judge()

    def _calm_orders_ship(self) -> None:
        """Places orders that must ship: in others, the cancellation at the time limit would hide a hang."""
        shipping = next(f for f in self._world.consumers() if f.service == "shipping")
        queue = self._world.queue_name(shipping, "QUEUE_URL")
        for number, late in enumerate(("payment", "address")):
            order_id = self._customers.place_calm(number)
            if late == "address":
                self._hold_back(queue)
            self._settle()
            if order_id is None or self._journal.status("order", order_id) != "shipped":
                self._wrong.append(f"a good order hangs if its {late} arrives last (order {order_id})")

    def _hold_back(self, queue: str) -> None:
        """Delays the messages that are in the queue now behind all that follow."""
        while self._world.messages(queue) == []:
            if not sum([self._deliver(name) for name in self._world.sources if self._world.is_stream(name)]):
                return
        for message in self._world.messages(queue):
            message.delayed_until = (self._clock.now() + PAUSE_SECONDS) * 1000

    def _pause(self) -> None:
        self._clock.advance(max(PAUSE_SECONDS, (self._world.next_visible() or 0) - self._clock.now()))

    def _settle(self) -> None:
        """Delivers until no message waits and none arrives within a stream's longest wait between attempts.

        A message may wait for another one that is a dead letter, so an operator redrives dead letters.
        """
        began = self._clock.now()
        quiet = False
        while not (quiet or self._wrong):
            self._deliver_all()
            self._pause()
            quiet = not self._waiting() and not self._deliver_all()
            waited = self._clock.now() - began
            if waited > ALARM_SECONDS and not quiet:
                self._redrive()
                self._heal()
            if waited > PATIENCE_SECONDS and not quiet:
                self._wrong.append(f"not at rest after {PATIENCE_SECONDS // 3600} hours: {self._waiting()}")

    def _deliver_all(self) -> bool:
        """Delivers once. False if there was nothing to deliver."""
        rounds = 0
        while sum([self._deliver(name) for name in self._world.sources]) and not self._wrong:
            rounds += 1
        return rounds > 0

    def _waiting(self) -> list[str]:
        queues = (self._world.queue_name(function, "QUEUE_URL") for function in self._world.consumers())
        return [
            f"{queue} has {len(self._world.messages(queue))}"
            for queue in queues
            if self._world.messages(queue)
        ]

    def _redrive(self) -> bool:
        """Redrives the dead letters that are not poison."""
        moved = False
        for function in self._world.consumers():
            queue = self._world.queue_name(function, "QUEUE_URL")
            dead_letters = self._world.queue_name(function, "DEAD_LETTER_QUEUE_URL")
            for message in list(self._world.messages(dead_letters)):
                if message.body not in self._disorder.poison:
                    self._world.move(message, dead_letters, queue)
                    moved = True
        return moved

    def _heal(self) -> bool:
        """Publishes the events again that a relay gave up, as the runbook says."""
        healed = False
        for function in self._world.stack.functions.values():
            if "TOPIC_ARN" not in function.environment:
                continue
            given_up = self._world.messages(self._world.queue_name(function, "DEAD_LETTER_QUEUE_URL"))
            if given_up:
                given_up.clear()
                healed = True
                for event in self._journal.emitted.values():
                    if event.source == self._world.services[function.service].source:
                        self._world.publish(function.service, event.type, self._journal.texts[event.id])
                        self._checker.published(function.service, self._journal.texts[event.id])
        return healed

    # -- the judgement

    def _judge(self) -> None:
        self._wrong += judgement(self._journal)
        self._wrong += [
            f"{event.type} was never published (order {event.order_id})"
            for event in self._journal.emitted.values()
            if not self._journal.published[event.id]
        ]
        for service in SERVICES:
            self._judge_table(service.name)
        self._customers.judge()
        self._carrier.judge()
        self._judge_dead_letters()

    def _judge_table(self, service: str) -> None:
        """Checks that each table has exactly what was last written to it."""
        function = next(f for f in self._world.consumers() if f.service == service)
        table = next(
            k for k, v in self._world.stack.tables.items() if v == function.environment["TABLE_NAME"]
        )
        with environment({}):
            items = {item["order_id"]: item for item in map(from_attributes, self._world.items(table))}
        known = {
            order_id: write for (name, order_id), write in self._journal.items.items() if name == service
        }
        if items.keys() != known.keys() or any(items[key] != known[key].item for key in known):
            self._wrong.append(f"{service}'s table differs from what was written to it")

    def _judge_dead_letters(self) -> None:
        """Checks that only poison is left in dead-letter queues, with a reason, also after a redrive."""
        for function in self._world.consumers():
            dead_letters = self._world.queue_name(function, "DEAD_LETTER_QUEUE_URL")
            for message in list(self._world.messages(dead_letters)):
                self._world.move(message, dead_letters, self._world.queue_name(function, "QUEUE_URL"))
        self._settle()
        for function in self._world.consumers():
            for message in self._world.messages(self._world.queue_name(function, "DEAD_LETTER_QUEUE_URL")):
                reason = message.message_attributes.get("reason", {}).get("StringValue", "")
                if not reason.strip():
                    self._wrong.append(
                        f"a dead letter of {function.service} has no reason: {message.body[:40]}"
                    )
