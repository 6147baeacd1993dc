"""The quiescent phase: it runs without faults until no message waits, and then checks every invariant."""

from collections.abc import Callable

from choreography.table import from_attributes
from infra.local.in_process import environment
from infra.simulation.carrier import Carrier
from infra.simulation.checker import Checker
from infra.simulation.customers import Customers
from infra.simulation.determinism import Clock
from infra.simulation.final_checks import final_violations
from infra.simulation.services import SERVICES
from infra.simulation.transport_faults import TransportFaults
from infra.simulation.world import World

PATIENCE_SECONDS = 24 * 3600
"""Virtual time within which no message may wait any more. The longest delay is four hours."""
ALARM_SECONDS = 3600
"""Virtual time after which an operator redrives dead letters while messages wait."""
PAUSE_SECONDS = 60.0
"""Longer than a stream waits between two attempts."""


class Quiescence:
    """Finishes a run and checks it."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        checker: Checker,
        customers: Customers,
        carrier: Carrier,
        transport: TransportFaults,
        deliver: Callable[[str], bool],
    ) -> None:
        self._world, self._clock, self._checker = world, clock, checker
        self._customers, self._carrier = customers, carrier
        self._transport, self._deliver = transport, deliver
        self._journal, self._wrong = checker.journal, checker.wrong

    def reach(self) -> None:
        """Answers every customer, empties every queue, redrives dead letters, and checks all invariants."""
        self._customers.finish_requests(self._pause)
        self._carrier.repeat_reports()
        self._settle()
        while not self._wrong and (self._redrive() or self._republish()):
            self._settle()
        if not self._wrong:
            self._check_shippable_orders()
        if not self._wrong:
            self._check_everything()

    def _check_shippable_orders(self) -> None:
        """Checks that two good orders ship. Other orders may hang and be cancelled at their deadline."""
        shipping = next(f for f in self._world.consumers() if f.service == "shipping")
        queue = self._world.queue_name(shipping, "QUEUE_URL")
        for number, late in enumerate(("payment", "address")):
            order_id = self._customers.place_shippable(number)
            if late == "address":
                self._delay_all(queue)
            self._settle()
            if order_id is None or self._journal.status("order", order_id) != "shipped":
                self._wrong.append(f"a good order hangs if its {late} arrives last (order {order_id})")

    def _delay_all(self, queue: str) -> None:
        """Delays the messages that are in the queue now, so that all later messages overtake them."""
        while self._world.messages(queue) == []:
            if not sum([self._deliver(name) for name in self._world.sources if self._world.is_stream(name)]):
                return
        for message in self._world.messages(queue):
            message.delayed_until = (self._clock.now() + PAUSE_SECONDS) * 1000

    def _pause(self) -> None:
        self._clock.advance(max(PAUSE_SECONDS, (self._world.next_visible() or 0) - self._clock.now()))

    def _settle(self) -> None:
        """Delivers until no message waits and no stream has a batch to retry.

        A message may wait for another one that is a dead letter. So an operator redrives dead letters
        meanwhile.
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
                self._republish()
            if waited > PATIENCE_SECONDS and not quiet:
                self._wrong.append(
                    f"messages still wait after {PATIENCE_SECONDS // 3600} hours: {self._waiting()}"
                )

    def _deliver_all(self) -> bool:
        """Delivers all waiting messages. False if there was none."""
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
        """Redrives the dead letters that are not poison. False if there is none."""
        moved = False
        for function in self._world.consumers():
            queue = self._world.queue_name(function, "QUEUE_URL")
            dead_letters = self._world.queue_name(function, "DEAD_LETTER_QUEUE_URL")
            for message in list(self._world.messages(dead_letters)):
                if message.body not in self._transport.poison:
                    self._world.move(message, dead_letters, queue)
                    moved = True
        return moved

    def _republish(self) -> bool:
        """Publishes all events of a relay that has dead letters again, as the runbook says.

        False if none has.
        """
        republished = False
        for function in self._world.stack.functions.values():
            if "TOPIC_ARN" not in function.environment:
                continue
            dead_letters = self._world.messages(self._world.queue_name(function, "DEAD_LETTER_QUEUE_URL"))
            if dead_letters:
                dead_letters.clear()
                republished = True
                for event in self._journal.emitted.values():
                    if event.source == self._world.services[function.service].source:
                        self._world.publish(function.service, event.type, self._journal.texts[event.id])
                        self._checker.published(function.service, self._journal.texts[event.id])
        return republished

    # -- checks of the final state

    def _check_everything(self) -> None:
        self._wrong += final_violations(self._journal)
        self._wrong += [
            f"{event.type} was never published (order {event.order_id})"
            for event in self._journal.emitted.values()
            if not self._journal.published[event.id]
        ]
        for service in SERVICES:
            self._check_table(service.name)
        self._customers.check_answers()
        self._carrier.check_completions()
        self._check_dead_letters()

    def _check_table(self, service: str) -> None:
        """Checks that the service's table has exactly the last write of each item."""
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
            self._wrong.append(f"{service}'s table differs from the last writes")

    def _check_dead_letters(self) -> None:
        """Checks that after a redrive the dead-letter queues have only poison, each message with a reason."""
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
