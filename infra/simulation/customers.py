"""Customers: they order, repeat requests without an answer, cancel, read orders, and make mistakes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.local.model.messages import Response
from infra.simulation.checker import Checker
from infra.simulation.determinism import Dice
from infra.simulation.faults import Scenario
from infra.simulation.observer import Observer
from infra.simulation.world import World

METHODS = ("pm_card_visa", "pm_card_visa", "pm_card_mastercard", "pm_card_chargeDeclined")
COUNTRIES = ("GB", "DE", "AQ")
INSISTENCE = 10
"""Attempts of a request in the second phase, which has no faults."""


@dataclass
class Wish:
    """One order that a customer wants, and what became of the request."""

    number: int
    body: dict[str, Any]
    key: str | None
    order_ids: list[str] = field(default_factory=list)
    """From every answer that said 202."""
    cancelled: bool = False
    """The API accepted a cancellation."""


def wish(seed: int, number: int) -> Wish:
    """The wish with this number. It depends on the seed only, not on the faults."""
    dice = Dice(seed * 10_007 + number)
    items = [
        {"sku": f"sku-{line}", "quantity": 1 + dice.below(3), "unit_price": 100 + dice.below(5000)}
        for line in range(1 + dice.below(3))
    ]
    address = {"name": f"Ada the {number}th", "line1": "1 High Street", "city": "Town", "postal_code": "AB1"}
    body = {
        "customer_id": f"customer-{dice.below(2)}",
        "items": items,
        "currency": "EUR",
        "payment_method": dice.pick(METHODS),
        "shipping_address": address | {"country": dice.pick(COUNTRIES)},
    }
    return Wish(number, body, f"key-{number}" if dice.chance(0.6) else None)


class Customers:
    """Records what the customers do. An answer that the API must not give is a violation."""

    def __init__(self, world: World, observer: Observer, checker: Checker, scenario: Scenario) -> None:
        self._world, self._observer = world, observer
        self._journal, self._wrong = checker.journal, checker.wrong
        self._to_place = [wish(scenario.seed, number) for number in range(scenario.orders)][::-1]
        self.wishes: list[Wish] = []

    def place_next(self) -> None:
        if self._to_place:
            self.wishes.append(self._to_place.pop())
            self.ask(self.wishes[-1])

    def ask(self, wanted: Wish) -> int:
        """Sends the order's request, maybe again. Returns the status, or 0 if no answer came."""
        answer = self._request("POST", "/orders", wanted.body, wanted.key)
        if answer is not None and answer.status == 202:
            self._accepted(wanted, json.loads(answer.body)["order_id"])
        elif answer is not None and answer.status not in (409, 503):
            self._wrong.append(f"a good order was answered with {answer.status}")
        return answer.status if answer else 0

    def insist(self, pause: Callable[[], None]) -> None:
        """Places the remaining orders. A customer with an idempotency key asks until an answer comes."""
        while self._to_place:
            self.place_next()
        for wanted in self.wishes:
            tries = INSISTENCE if wanted.key else 0
            while tries and not wanted.order_ids and self.ask(wanted) != 202:
                pause()  # the lock of a request that crashed ends with its time limit
                tries -= 1
            if wanted.key and not wanted.order_ids:
                self._wrong.append(f"a customer gets no answer to {INSISTENCE} requests")

    def place_calm(self, number: int) -> str | None:
        """Places an order that must ship. Returns its id."""
        body = wish(0, number).body
        body["shipping_address"] |= {"country": "GB", "name": "Grace"}
        answer = self._request("POST", "/orders", body | {"payment_method": "pm_card_visa"})
        return json.loads(answer.body)["order_id"] if answer is not None and answer.status == 202 else None

    def ledgers(self) -> list[tuple[str, ...]]:
        """The outcome of each wish by the ledgers, in the order of the wishes."""
        return [
            tuple(sorted(entry.what for entry in self._journal.entries(order_id)))
            for wanted in self.wishes
            for order_id in wanted.order_ids[:1]
        ]

    def judge(self) -> None:
        """Checks the API's answers about every order, at rest."""
        for order_id in self._journal.order_ids():
            said = self._get(f"/orders/{order_id}")
            history = self._get(f"/orders/{order_id}/history")
            if said is None or history is None or {said.status, history.status} != {200}:
                self._wrong.append(f"the API has no answer about order {order_id}")
                continue
            if json.loads(said.body)["status"] != self._journal.status("order", order_id):
                self._wrong.append(f"the API contradicts its table (order {order_id})")
            self._judge_history(order_id, json.loads(history.body)["events"])

        for wanted in self.wishes:
            if wanted.key and len(self._orders_for(wanted)) > 1:
                self._wrong.append(f"one key made {len(self._orders_for(wanted))} orders")

    def _get(self, path: str) -> Response | None:
        """The answer to a GET, sent again if no answer came: an aimed crash may strike here, once."""
        return self._request("GET", path) or self._request("GET", path)

    def _orders_for(self, wanted: Wish) -> list[str]:
        """Orders that were written for this wish, also those whose answer was lost."""
        name = wanted.body["shipping_address"]["name"]
        return [
            order_id
            for order_id in self._journal.order_ids()
            if self._journal.items["order", order_id].item["placed"]["shipping_address"]["name"] == name
        ]

    def _judge_history(self, order_id: str, events: list[dict[str, Any]]) -> None:
        """Invariant 6: no effect before its cause."""
        seen: set[str] = set()
        for event in events:
            known = self._journal.emitted.get(event["id"])
            if known is None or not (known.causationid is None or known.causationid in seen):
                self._wrong.append(
                    f"{event['type']} stands before its cause in the history (order {order_id})"
                )
            seen.add(event["id"])

    def ask_for_another(self, known: Wish) -> None:
        """Sends another body under the same key. This must never place an order."""
        if known.key is None or not known.order_ids:
            return
        other = known.body | {"currency": "USD"}
        answer = self._request("POST", "/orders", other, known.key)
        if answer is not None and answer.status not in (409, 422, 503):
            self._wrong.append(f"another body under a used key was answered with {answer.status}")

    def cancel(self, wanted: Wish) -> None:
        if not wanted.order_ids:
            return
        answer = self._request("POST", f"/orders/{wanted.order_ids[0]}/cancellation")
        if answer is None:
            return
        if answer.status == 202:
            wanted.cancelled = True
        elif answer.status not in (409, 503):
            self._wrong.append(f"a cancellation was answered with {answer.status}")

    def look(self, wanted: Wish) -> None:
        """Reads one order, its history, and the list of all orders."""
        paths = [f"/orders?customer_id={wanted.body['customer_id']}"]
        if wanted.order_ids:
            paths += [f"/orders/{wanted.order_ids[0]}", f"/orders/{wanted.order_ids[0]}/history"]
        for path in paths:
            answer = self._request("GET", path)
            if answer is not None and answer.status not in (200, 503):
                self._wrong.append(f"GET {path.partition('?')[0]} was answered with {answer.status}")

    def _accepted(self, wanted: Wish, order_id: str) -> None:
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
