"""The orchestrator's queue: a message for each order, which stays until the order has ended.

All steps of an order run in one invocation. Each step is stored before the next one, by a conditional write,
so a repeated message continues at the stored step. SQS repeats it after a crash, an outage or a timeout.
"""

import os
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography.consumer import consume
from choreography.errors import RaceLost, UnknownOrder
from choreography.participant import RACES, Handled
from choreography.table import Table
from contracts.envelope import Event
from infra.alternatives.orchestrated.steps import FINAL, Answer, Effect, Progress, after, effect, start
from payment.gateway import Charge, Refund, Settle
from payment.sandbox import SandboxGateway
from shipping.carrier import Dispatch
from shipping.sandbox import SandboxCarrier


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, PAYMENT_LEDGER_NAME, SHIPPING_LEDGER_NAME, and those of `consume`."""
    return consume(event, context, Orchestrator(Table(os.environ["TABLE_NAME"], Progress)))


class Orchestrator:
    """Takes an order through its steps. It is the only caller of gateway and carrier."""

    def __init__(self, table: Table[Progress]) -> None:
        self._table = table

    def handle(self, event: Event[Any]) -> Handled:
        """Does the steps that the order still needs.

        Safe to repeat, also by two workers at once. Raises what the ports raise, UnknownOrder, and RaceLost
        after RACES lost races.
        """
        for _ in range(RACES):
            try:
                return self._finish(event.order_id)
            except RaceLost:
                continue  # a cancellation or another worker changed the order: read it again
        raise RaceLost(f"order {event.order_id} changed {RACES} times")

    def _finish(self, order_id: str) -> Handled:
        read = self._table.read(order_id)
        if not read.version:
            raise UnknownOrder(f"order {order_id} was never placed")
        while read.state.status not in FINAL:
            now = datetime.now(UTC)
            if read.state.status == "placed":
                following = start(read.state, now)
            else:
                following = after(read.state, _perform(effect(order_id, read.state, now)), now)
            read = self._table.write(read, following)
        return Handled((), read.state.summary)


def _perform(effect: Effect) -> Answer:
    match effect:
        case Charge():
            return _gateway().charge(effect)
        case Settle(charge):
            return _gateway().settle(charge)
        case Refund():
            return _gateway().refund(effect)
        case Dispatch():
            return SandboxCarrier(os.environ["SHIPPING_LEDGER_NAME"]).dispatch(effect)


def _gateway() -> SandboxGateway:
    return SandboxGateway(os.environ["PAYMENT_LEDGER_NAME"])
