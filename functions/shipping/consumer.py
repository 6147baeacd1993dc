"""Shipping's queue: orders to note, payments that release them, cancellations to answer."""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography.consumer import consume
from choreography.participant import Handled, Participant
from choreography.secrets import secret
from choreography.table import Table
from contracts.envelope import Event
from shipping.carrier import Carrier
from shipping.decisions import REACTIONS, outcome
from shipping.sandbox import SandboxCarrier
from shipping.state import SOURCE, Shipment, milestones


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, LEDGER_TABLE_NAME or, with CARRIER http, CARRIER_ENDPOINT and
    DISPATCH_SECRET_ID, and those of `consume`.
    """
    return consume(event, context, Shipments())


class Shipments:
    """Handles each event with the carrier that the environment names.

    The carrier is connected for each message, before its intent is written. Where the carrier's secret cannot
    be fetched, that message waits, and its order is not left `dispatching`.
    """

    def handle(self, event: Event[Any]) -> Handled | None:
        """Does as `Participant.handle`. Raises GetParameterError as well."""
        return self.participant().handle(event)

    def participant(self) -> Participant[Shipment]:
        table = Table(os.environ["TABLE_NAME"], Shipment)
        return Participant(SOURCE, table, REACTIONS, outcome, _carrier().dispatch, milestones)


def _carrier() -> Carrier:
    if os.environ["CARRIER"] == "http":
        # Imported here, since the sandbox does not need it.
        from shipping.http_carrier import connect

        return connect(os.environ["CARRIER_ENDPOINT"], secret(os.environ["DISPATCH_SECRET_ID"]))
    return SandboxCarrier(os.environ["LEDGER_TABLE_NAME"])
