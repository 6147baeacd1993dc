"""Shipping's queue: orders to note, payments that release them, cancellations to answer."""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography.consumer import consume
from choreography.participant import Participant
from choreography.table import Table
from shipping.carrier import Carrier
from shipping.decisions import REACTIONS, outcome
from shipping.sandbox import SandboxCarrier
from shipping.state import SOURCE, Shipment, milestones


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, LEDGER_TABLE_NAME, and those of `consume`."""
    carrier: Carrier = SandboxCarrier(os.environ["LEDGER_TABLE_NAME"])
    table = Table(os.environ["TABLE_NAME"], Shipment)
    return consume(
        event, context, Participant(SOURCE, table, REACTIONS, outcome, carrier.dispatch, milestones)
    )
