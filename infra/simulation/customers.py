"""The simulated customers, who place, cancel and read orders, repeat requests and reuse idempotency keys."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.local.model.messages import Response
from infra.simulation.checker import Checker
from infra.simulation.determinism import SeededRandom
from infra.simulation.faults import Scenario
from infra.simulation.observer import Observer
from infra.simulation.world import World
from order.state import placed_order

METHODS = ("pm_card_visa", "pm_card_visa", "pm_card_mastercard", "pm_card_chargeDeclined")
COUNTRIES = ("GB", "DE", "AQ")
ATTEMPTS = 10
"""Attempts of a request in the quiescent phase, which has no faults."""


@dataclass
class PlannedOrder:
    """An order that a customer wants to place, and the answers to the request."""

    number: int
    body: dict[str, Any]
    key: str | None
    order_ids: list[str] = field(default_factory=list)
    """The ids in the answers with status 202."""
    cancelled: bool = False
    """Whether the API accepted a cancellation."""


def planned_order(seed: int, number: int) -> PlannedOrder:
    """The order with this number. It depends only on the seed, not on the faults."""
    random = SeededRandom(seed * 10_007 + number)
    items = [
        {"sku": f"sku-{line}", "quantity": 1 + random.below(3), "unit_price": 100 + random.below(5000)}
        for line in range(1 + random.below(3))
    ]
    address = {"name": f"Ada the {number}th", "line1": "1 High Street", "city": "Town", "postal_code": "AB1"}
    body = {
        "customer_id": f"customer-{random.below(2)}",
        "items": items,
        "currency": "EUR",
        "payment_method": random.pick(METHODS),
        "shipping_address": address | {"country": random.pick(COUNTRIES)},
    }
    return PlannedOrder(number, body, f"key-{number}" if random.chance(0.6) else None)


class Customers:
    """Sends the customers' requests. An answer that the API must not give is a violation."""

    def __init__(self, world: World, observer: Observer, checker: Checker, scenario: Scenario) -> None:
        self._world, self._observer = world, observer
        self._journal, self._wrong = checker.journal, checker.wrong
        self._to_place = [planned_order(scenario.seed, number) for number in range(scenario.orders)][::-1]
        self.planned: list[PlannedOrder] = []

    def place_next(self) -> None:
        if self._to_place:
            self.planned.append(self._to_place.pop())
            self.place(self.planned[-1])

    def place(self, wanted: PlannedOrder) -> int:
        """Sends the order's request, maybe again. Returns the answer's status; 0 if no answer came."""
        answer = self._request("POST", "/orders", wanted.body, wanted.key)
        if answer is not None and answer.status == 202:
            self._accepted(wanted, json.loads(answer.body)["order_id"])
        elif answer is not None and answer.status not in (409, 503):
            self._wrong.append(f"the API answered a valid order with {answer.status}")
        return answer.status if answer else 0

    def finish_requests(self, pause: Callable[[], None]) -> None:
        """Places the remaining orders.

        Customers with an idempotency key repeat a request without an answer.
        """
        while self._to_place:
            self.place_next()
        for wanted in self.planned:
            attempts = ATTEMPTS if wanted.key else 0
            while attempts and not wanted.order_ids and self.place(wanted) != 202:
                pause()  # until the idempotency record of a crashed request expires
                attempts -= 1
            if wanted.key and not wanted.order_ids:
                self._wrong.append(f"a customer got no answer to {ATTEMPTS} requests")

    def place_shippable(self, number: int) -> str | None:
        """Places an order that must ship. Returns its id."""
        body = planned_order(0, number).body
        body["shipping_address"] |= {"country": "GB", "name": "Grace"}
        answer = self._request("POST", "/orders", body | {"payment_method": "pm_card_visa"})
        return json.loads(answer.body)["order_id"] if answer is not None and answer.status == 202 else None

    def ledgers(self) -> list[tuple[str, ...]]:
        """The ledger entries of each planned order, in the order of the plan."""
        return [
            tuple(sorted(entry.what for entry in self._journal.entries(order_id)))
            for wanted in self.planned
            for order_id in wanted.order_ids[:1]
        ]

    def check_answers(self) -> None:
        """Checks the API's answers about every order, when no message waits."""
        for order_id in self._journal.order_ids():
            said = self._get(f"/orders/{order_id}")
            history = self._get(f"/orders/{order_id}/history")
            if said is None or history is None or {said.status, history.status} != {200}:
                self._wrong.append(f"the API does not answer about order {order_id}")
                continue
            if json.loads(said.body)["status"] != self._journal.status("order", order_id):
                self._wrong.append(f"the API's answer contradicts Order's table (order {order_id})")
            self._check_history(order_id, json.loads(history.body)["events"])

        for wanted in self.planned:
            if wanted.key and len(self._orders_for(wanted)) > 1:
                self._wrong.append(f"one key made {len(self._orders_for(wanted))} orders")

    def _get(self, path: str) -> Response | None:
        """The answer to a GET. A scenario's crash may hit the first attempt, so there is a second."""
        return self._request("GET", path) or self._request("GET", path)

    def _orders_for(self, wanted: PlannedOrder) -> list[str]:
        """The ids of the orders written for this plan, including those whose answer was lost."""
        name = wanted.body["shipping_address"]["name"]
        return [
            order_id
            for order_id in self._journal.order_ids()
            if placed_order(self._journal.items["order", order_id].record).shipping_address.name == name
        ]

    def _check_history(self, order_id: str, events: list[dict[str, Any]]) -> None:
        """Checks invariant 6: the history lists each event after its cause."""
        seen: set[str] = set()
        for event in events:
            known = self._journal.emitted.get(event["id"])
            if known is None or not (known.causationid is None or known.causationid in seen):
                self._wrong.append(f"the history lists {event['type']} before its cause (order {order_id})")
            seen.add(event["id"])

    def reuse_key(self, known: PlannedOrder) -> None:
        """Sends another body with the same idempotency key. The API must not place an order."""
        if known.key is None or not known.order_ids:
            return
        other = known.body | {"currency": "USD"}
        answer = self._request("POST", "/orders", other, known.key)
        if answer is not None and answer.status not in (409, 422, 503):
            self._wrong.append(
                f"the API answered another body with a used idempotency key with {answer.status}"
            )

    def cancel(self, wanted: PlannedOrder) -> None:
        if not wanted.order_ids:
            return
        answer = self._request("POST", f"/orders/{wanted.order_ids[0]}/cancellation")
        if answer is None:
            return
        if answer.status == 202:
            wanted.cancelled = True
        elif answer.status not in (409, 503):
            self._wrong.append(f"the API answered a cancellation with {answer.status}")

    def read(self, wanted: PlannedOrder) -> None:
        """Reads an order, its history, and the list of the customer's orders."""
        paths = [f"/orders?customer_id={wanted.body['customer_id']}"]
        if wanted.order_ids:
            paths += [f"/orders/{wanted.order_ids[0]}", f"/orders/{wanted.order_ids[0]}/history"]
        for path in paths:
            answer = self._request("GET", path)
            if answer is not None and answer.status not in (200, 503):
                self._wrong.append(f"the API answered GET {path.partition('?')[0]} with {answer.status}")

    def _accepted(self, wanted: PlannedOrder, order_id: str) -> None:
        if wanted.key and wanted.order_ids and order_id not in wanted.order_ids:
            self._wrong.append(f"one key made two orders: {wanted.order_ids[0]} and {order_id}")
        if ("order", order_id) not in self._journal.items:
            self._wrong.append(f"order {order_id} was accepted, but no table has it")
        wanted.order_ids.append(order_id)

    def _request(self, method: str, path: str, body: Any = None, key: str | None = None) -> Response | None:
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self._world.request(method, path, raw, {"idempotency-key": key} if key else {})
        self._observer.request(method, path, answer.status if answer else None)
        return answer
