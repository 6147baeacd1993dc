"""A model checker for one order: it explores every interleaving of the services' own decision functions.

The model:

- Each published event may reach each subscriber at any later time, any number of times, in any order.
- Each service works on up to `workers` deliveries at once, step by step (read, intent, effect, outcome). Any
  worker may crash between two steps.
- The customer or a deadline may request a cancellation at any time. After the deadline, Payment may find the
  order expired.
- The carrier may report the delivery at any time after it took the parcel, or never. The report may arrive
  before the carrier's answer to the dispatch.

A delivery that changes nothing is not a step, and its message stays: a duplicate, a message that waits for
another event's intent, or a message whose worker lost its race. The checker drops a worker as soon as its
write can no longer succeed: this leaves a tenth of the states, with the same final states. Two workers of a
service are interchangeable, so they are kept sorted.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from infra.simulation.external_services import Behaviour
from infra.simulation.invariants import final_violation, ledger_violation
from infra.simulation.model_state import Delivery, GlobalState, Violation
from infra.simulation.model_steps import DELIVERY_REPORT, ORDERS, PAYMENT, SHIPPING, Steps
from infra.simulation.services import SERVICES

WORKERS = 2
"""Deliveries of a service at once. More would take much longer to explore."""


@dataclass
class Exploration:
    """The result: how many states were reached, the final states by status, and the path to a violation."""

    states: int
    final: dict[str, int] = field(default_factory=dict)
    violation: str | None = None
    path: list[str] = field(default_factory=list)


class ModelChecker:
    """Explores one behaviour of gateway and carrier. `versioned=False` removes the write's condition."""

    def __init__(self, behaviour: Behaviour, *, versioned: bool = True, workers: int = WORKERS) -> None:
        self._steps, self._workers = Steps(behaviour, versioned=versioned), workers

    @property
    def deliveries(self) -> set[Delivery]:
        """Deliveries that the explored states allow, including duplicates."""
        return self._steps.deliveries

    def explore(self) -> Exploration:
        """Visits every reachable state, breadth first, until an invariant is violated."""
        start = self._steps.start()
        predecessors: dict[GlobalState, GlobalState | None] = {start: None}
        queue, final = deque([start]), dict[str, int]()
        while queue:
            state = queue.popleft()
            try:
                self._check_ledger(state.ledger)
                if not state.workers and self._is_final(state):
                    status = self._check_final(state)
                    final[status] = final.get(status, 0) + 1
                for following in self._successors(state):
                    if following not in predecessors:
                        predecessors[following] = state
                        queue.append(following)
            except Violation as violation:
                path = self._path(predecessors, state)
                return Exploration(len(predecessors), final, str(violation), path)
        return Exploration(len(predecessors), final)

    def _successors(self, state: GlobalState) -> Iterator[GlobalState]:
        items, ledger, network, workers = state
        if (cancelled := self._steps.cancel(items[ORDERS])) is not None:
            yield self._written(state, ORDERS, *cancelled)
        if (expired := self._steps.expire(items[PAYMENT], network)) is not None:
            yield self._written(state, PAYMENT, expired)
        if (delivered := self._steps.report_delivery(items[SHIPPING], ledger)) is not None:
            yield self._written(state, SHIPPING, *delivered)
        running = [self._steps.workers.values[worker].service for worker in workers]
        for service, item in enumerate(items):
            if running.count(service) < self._workers:
                for worker in self._steps.starts(service, item, network):
                    yield GlobalState(items, ledger, network, tuple(sorted((*workers, worker))))
        for index, worker in enumerate(workers):
            crashed = GlobalState(items, ledger, network, workers[:index] + workers[index + 1 :])
            yield crashed
            step = self._steps.advance(worker, items[running[index]], ledger)
            if step is not None:
                after = crashed._replace(ledger=step.ledger)
                yield self._written(after, running[index], step.item, step.published, step.worker)

    def _written(
        self, state: GlobalState, service: int, item: int, published: int = 0, worker: int | None = None
    ) -> GlobalState:
        """The state after a service's step, without the workers whose write can no longer succeed."""
        items, ledger, network, workers = state
        if item != items[service]:
            items = (*items[:service], item, *items[service + 1 :])
            workers = tuple(other for other in workers if not self._steps.is_lost(other, service, item))
        if worker is not None:
            workers = tuple(sorted((*workers, worker)))
        return GlobalState(items, ledger, network | published, workers)

    def _is_final(self, state: GlobalState) -> bool:
        """Whether no delivery can complete.

        In every other state some delivery completes while no other worker runs, which enlarges an inbox. So
        every state leads to a final state, since all workers may crash.
        """
        waiting = [
            worker
            for service, item in enumerate(state.items)
            for worker in self._steps.starts(service, item, state.network)
        ]
        return not waiting or not any(self._completes(worker, state) for worker in waiting)

    def _completes(self, worker: int, state: GlobalState) -> bool:
        """Whether the worker completes its delivery while no other worker runs."""
        service = self._steps.workers.values[worker].service
        item, ledger, following = state.items[service], state.ledger, worker
        while (step := self._steps.advance(following, item, ledger)) is not None:
            if step.worker is None:
                return True
            item, ledger, following = step.item, step.ledger, step.worker
        return False

    def _check_ledger(self, ledger: int) -> None:
        if violation := ledger_violation(self._steps.ledgers.values[ledger]):
            raise Violation(violation)

    def _check_final(self, state: GlobalState) -> str:
        """The order's final status. Raises Violation."""
        published = [e for number, e in enumerate(self._steps.published) if state.network >> number & 1]
        items = [self._steps.items.values[item] for item in state.items]
        ids = {event.id for event in published}
        for event in published:
            if event.causationid is not None and event.causationid not in ids:
                raise Violation(f"{event.type} has a cause that no service published")
        for service, item in zip(SERVICES, items, strict=True):
            reactions = service.decisions.REACTIONS
            missed = [e.type for e in published if e.type in reactions and e.id not in item.inbox]
            if missed:
                raise Violation(f"{service.source} can never handle {', '.join(missed)}")
        ledger = self._steps.ledgers.values[state.ledger]
        status, violation = final_violation([item.state for item in items], ledger)
        if violation:
            raise Violation(violation)
        if DELIVERY_REPORT.id in items[SHIPPING].inbox and status != "completed":
            raise Violation(f"the parcel was delivered, and the order is {status}")
        return status

    def _path(self, predecessors: dict[GlobalState, GlobalState | None], last: GlobalState) -> list[str]:
        """Descriptions of the states from the first to `last`."""
        path: list[str] = []
        state: GlobalState | None = last
        while state is not None:
            path.append(self._describe(state))
            state = predecessors[state]
        return path[::-1]

    def _describe(self, state: GlobalState) -> str:
        steps = self._steps
        running = [steps.workers.values[worker] for worker in state.workers]
        workers = [
            f"{SERVICES[w.service].name} {'answered' if w.answer else 'read'} {steps.published[w.event].type}"
            for w in running
        ]
        statuses = " ".join(
            SERVICES[n].status(steps.items.values[i].state) for n, i in enumerate(state.items)
        )
        entries = ", ".join(entry.what for entry in steps.ledgers.values[state.ledger])
        return f"{statuses} | ledgers: {entries or 'empty'} | workers: {', '.join(workers) or 'none'}"
