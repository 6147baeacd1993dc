"""Payment's queue: orders to charge, shipments that failed or were cancelled."""

import os
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography.consumer import consume
from choreography.participant import Participant
from choreography.secrets import secret
from choreography.table import Table
from payment.decisions import outcome, reactions_at
from payment.gateway import Captured, Charge, Declined, Gateway, Refund, Refunded
from payment.sandbox import SandboxGateway
from payment.state import SOURCE, Payment, milestones


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, LEDGER_TABLE_NAME or, with PAYMENT_GATEWAY stripe, STRIPE_SECRET_ID,
    and those of `consume`.
    """
    gateway = _gateway()

    def perform(effect: Charge | Refund) -> Captured | Declined | Refunded:
        return gateway.charge(effect) if isinstance(effect, Charge) else gateway.refund(effect)

    table = Table(os.environ["TABLE_NAME"], Payment)
    reactions = reactions_at(datetime.now(UTC))
    return consume(event, context, Participant(SOURCE, table, reactions, outcome, perform, milestones))


def _gateway() -> Gateway:
    if os.environ["PAYMENT_GATEWAY"] == "stripe":
        # Imported here: whoever plays in the sandbox need not wait for it.
        from payment.stripe_gateway import connect

        return connect(secret(os.environ["STRIPE_SECRET_ID"]))
    return SandboxGateway(os.environ["LEDGER_TABLE_NAME"])
