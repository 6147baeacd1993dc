"""Order's queue: the events of Payment and Shipping."""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography.consumer import consume
from choreography.participant import Participant
from choreography.table import Table
from order.decisions import REACTIONS
from order.state import SOURCE, Order, milestones


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, and those of `consume`."""
    table = Table(os.environ["TABLE_NAME"], Order)
    return consume(event, context, Participant(SOURCE, table, REACTIONS, milestones=milestones))
