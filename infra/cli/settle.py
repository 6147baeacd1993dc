"""End a payment that is stuck: ask the gateway what became of it, and write the outcome.

A charge whose message was dead-lettered leaves its order `charging`, and later events of the order wait for
A charge whose message was dead-lettered leaves its order `charging`, and later events of the order wait for
then on. The dead letter may be redriven later: it is a duplicate then.

A refund that the gateway could not make is for a person. Once the customer has the money by another way, name
that with --refunded.

  choreo settle ORDER_ID
  choreo settle ORDER_ID --refunded "bank transfer 4711"
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from choreography import aws
from choreography.decisions import Reaction
from choreography.errors import ChoreographyError
from choreography.participant import Participant
from choreography.secrets import secret
from choreography.table import Table, from_attributes, to_attributes
from contracts.catalogue import read
from contracts.envelope import Event
from infra.cli.deployed import Deployed
from infra.cli.display import out
from infra.cli.errors import Mistake, NotFound
from payment.decisions import REACTIONS, outcome, settle
from payment.gateway import Captured, Declined, Gateway, Refund, Refunded, Settle
from payment.sandbox import SandboxGateway
from payment.state import SOURCE, Payment, milestones

SUMMARY = "end a payment that is stuck, by what the gateway says of it"
STOPPED = ("shipment.cancelled", "shipment.failed")
"""What a refund answers."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("order_id", metavar="ORDER_ID")
    parser.add_argument(
        "--refunded", metavar="HOW", help="the refund failed, and the customer has the money so"
    )
    parser.add_argument(
        "--gateway",
        choices=["sandbox", "stripe"],
        help="who moves the money (default: as the stack was deployed)",
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    with _clients_of(deployed):
        try:
            emitted = _settle(deployed, arguments)
        except ChoreographyError as error:
            raise Mistake(f"nothing was changed: {type(error).__name__}: {error}") from error
    out.print(f"{arguments.order_id}  {', '.join(emitted or ('handled meanwhile',))}")
    return 0


def _settle(deployed: Deployed, arguments: argparse.Namespace) -> tuple[str, ...] | None:
    table = Table(deployed.table("PaymentTable"), Payment)
    status = table.read(arguments.order_id).state.status
    if status == "charging":
        event = _published(deployed, "OrderTable", arguments.order_id, "order.placed")
        reactions: Mapping[str, Reaction[Payment]] = {event.type: settle}
        perform: Callable[..., Any] = _settling(_gateway(deployed, arguments))
    elif status == "captured" and arguments.refunded:
        event = _published(deployed, "ShippingTable", arguments.order_id, *STOPPED)
        reactions = REACTIONS
        perform = _refunded(arguments.refunded)
    else:
        raise NotFound(f"the payment of order {arguments.order_id} is not stuck: it is {status}")
    return Participant(SOURCE, table, reactions, outcome, perform, milestones).handle(event)


def _settling(gateway: Gateway) -> Callable[[Settle], Captured | Declined]:
    return lambda effect: gateway.settle(effect.charge)


def _refunded(how: str) -> Callable[[Refund], Refunded]:
    return lambda _: Refunded(how)


def _published(deployed: Deployed, table: str, order_id: str, *kinds: str) -> Event[Any]:
    """The event of these types in a service's outbox. Raises NotFound."""
    key = to_attributes({"order_id": order_id})
    found = deployed.client("dynamodb").get_item(
        TableName=deployed.table(table), Key=key, ConsistentRead=True
    )
    events = [
        read(outgoing["event"]) for outgoing in from_attributes(found.get("Item", {})).get("outbox", [])
    ]
    for event in events:
        if event.type in kinds:
            return event
    raise NotFound(f"no {' or '.join(kinds)} of order {order_id} was published")


def _gateway(deployed: Deployed, arguments: argparse.Namespace) -> Gateway:
    match arguments.gateway or deployed.parameters.get("PaymentGateway"):
        case "sandbox":
            return SandboxGateway(deployed.table("PaymentLedger"))
        case "stripe":
            from payment.stripe_gateway import connect

            return connect(secret(deployed.parameters["StripeSecretArn"]))
    raise Mistake("the stack's parameters are not known here: say --gateway sandbox, or stripe")


@contextmanager
def _clients_of(deployed: Deployed) -> Iterator[None]:
    """Has the services' code call the stack, rather than what its own environment names."""
    own = {"dynamodb": aws.dynamodb, "secretsmanager": aws.secretsmanager}
    for service in own:
        setattr(aws, service, lambda service=service: deployed.client(service))
    try:
        yield
    finally:
        for service, client in own.items():
            setattr(aws, service, client)
