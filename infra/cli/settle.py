"""End a payment that is stuck: read the charge's outcome from the gateway, and record it.

If the message of a charge was dead-lettered, the payment stays `charging`, and later events of the order wait
for the outcome. If the gateway has made the charge, the payment is captured. If not, it is declined, and the
gateway rejects the charge from then on. A later redrive of the dead letter changes nothing.

If the gateway could not refund, agree on another way with the customer. After the customer has received the
money, name the way with --refunded.

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
from choreography.participant import Handled, Participant
from choreography.secrets import secret
from choreography.stored import event_json, published
from choreography.table import Table, from_attributes, to_attributes
from contracts.catalogue import read
from contracts.envelope import Event
from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError, NotFound
from infra.cli.order_ids import add_order_id, full_id
from infra.shared.display import out, print_json
from payment.decisions import REACTIONS, outcome, settle
from payment.gateway import Captured, Declined, Gateway, Refund, Refunded, Settle
from payment.sandbox import SandboxGateway
from payment.state import SOURCE, Payment, milestones

JSON = "print one JSON document"
SUMMARY = "end a payment that is stuck, according to the gateway"
STOPPED = ("shipment.cancelled", "shipment.failed")
"""The events that cause a refund."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_order_id(parser)
    parser.add_argument(
        "--refunded", metavar="HOW", help="how the customer received the money after the refund had failed"
    )
    parser.add_argument(
        "--gateway",
        choices=["sandbox", "stripe"],
        help="the gateway (default: the stack's parameter PaymentGateway)",
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    arguments.order_id = full_id(deployed, arguments.order_id)
    with _clients_of(deployed):
        try:
            handled = _settle(deployed, arguments)
        except ChoreographyError as error:
            raise CommandError(f"the payment is unchanged: {type(error).__name__}: {error}") from error
    if arguments.json:
        print_json({"order_id": arguments.order_id, "emitted": handled.emitted if handled else []})
        return 0
    emitted = handled.emitted if handled else ("another process handled the event",)
    out.print(f"{arguments.order_id}  {', '.join(emitted)}")
    return 0


def _settle(deployed: Deployed, arguments: argparse.Namespace) -> Handled | None:
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
    """The first event of these types in a service's outbox. Raises NotFound if there is none."""
    key = to_attributes({"order_id": order_id})
    found = deployed.client("dynamodb").get_item(
        TableName=deployed.table(table), Key=key, ConsistentRead=True
    )
    for event in published(order_id, from_attributes(found.get("Item", {})).get("outbox", [])):
        if event["type"] in kinds:
            return read(event_json(event))
    raise NotFound(f"the outbox has no {' or '.join(kinds)} of order {order_id}: see choreo trace {order_id}")


def _gateway(deployed: Deployed, arguments: argparse.Namespace) -> Gateway:
    match arguments.gateway or deployed.parameters.get("PaymentGateway"):
        case "sandbox":
            return SandboxGateway(deployed.table("PaymentLedger"))
        case "stripe":
            from payment.stripe_gateway import connect

            return connect(secret(deployed.parameters["StripeSecretArn"]))
    raise CommandError(
        "the stack does not list its parameter PaymentGateway: add --gateway sandbox or --gateway stripe"
    )


@contextmanager
def _clients_of(deployed: Deployed) -> Iterator[None]:
    """Makes the services' code use the clients of this stack."""
    own = {"dynamodb": aws.dynamodb, "secretsmanager": aws.secretsmanager}
    for service in own:
        setattr(aws, service, lambda service=service: deployed.client(service))
    try:
        yield
    finally:
        for service, client in own.items():
            setattr(aws, service, client)
