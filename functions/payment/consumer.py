"""Payment's queue: orders to charge, shipments that failed or were cancelled."""

import os
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography.consumer import consume
from choreography.participant import Handled, Participant
from choreography.secrets import secret
from choreography.table import Table
from contracts.envelope import Event
from payment.decisions import outcome, reactions_at
from payment.gateway import Captured, Charge, Declined, Gateway, Refund, Refunded, Settle
from payment.sandbox import SandboxGateway
from payment.state import SOURCE, Payment, milestones


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, LEDGER_TABLE_NAME or, with PAYMENT_GATEWAY stripe, STRIPE_SECRET_ID,
    and those of `consume`.
    """
    return consume(event, context, Payments())


class Payments:
    """Handles each event with the gateway that the environment names.

    The gateway is connected for each message, before its intent is written. Where the gateway's secret cannot
    be fetched, that message waits, and its order is not left `charging`.
    """

    def handle(self, event: Event[Any]) -> Handled | None:
        """Does as `Participant.handle`. Raises GetParameterError as well."""
        return self.participant().handle(event)

    def participant(self) -> Participant[Payment]:
        table = Table(os.environ["TABLE_NAME"], Payment)
        reactions = reactions_at(datetime.now(UTC))
        return Participant(SOURCE, table, reactions, outcome, partial(_perform, _gateway()), milestones)


def _perform(gateway: Gateway, effect: Charge | Settle | Refund) -> Captured | Declined | Refunded:
    match effect:
        case Charge():
            return gateway.charge(effect)
        case Settle(charge):
            return gateway.settle(charge)
        case Refund():
            return gateway.refund(effect)


def _gateway() -> Gateway:
    if os.environ["PAYMENT_GATEWAY"] == "stripe":
        # Imported here, since the library takes time to load, and the sandbox does not need it.
        from payment.stripe_gateway import connect

        return connect(secret(os.environ["STRIPE_SECRET_ID"]))
    return SandboxGateway(os.environ["LEDGER_TABLE_NAME"])
