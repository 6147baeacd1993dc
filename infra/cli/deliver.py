"""Deliver an order's parcel: send the carrier's webhook to Shipping, signed with the carrier's secret.

The sandbox carrier does not deliver parcels by itself, so that you can see an order in status `shipped`.

  choreo deliver ORDER_ID
"""

import argparse
import urllib.error
import urllib.request
from datetime import UTC, datetime

from choreography.table import from_attributes, to_attributes
from infra.cli.deployed import Deployed
from infra.cli.ending import add_timeout, wait_for
from infra.cli.errors import CommandError, NotFound
from infra.cli.order_ids import add_order_id, full_id
from infra.cli.order_table import OrderSummary
from infra.shared.carrier_messages import message, signed
from infra.shared.display import out, print_json

JSON = "print the order as one JSON document"
SUMMARY = "let the sandbox carrier deliver an order's parcel"
TIMEOUT_SECONDS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_order_id(parser)
    add_timeout(parser, "the order to be completed")


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    order_id = full_id(deployed, arguments.order_id)
    _send_webhook(deployed, order_id, _tracking_number(deployed, order_id))
    order = wait_for(deployed, order_id, _is_completed, arguments.timeout)
    if arguments.json:
        print_json(order.to_json())
    else:
        out.print(order.line if _is_completed(order) else f"{order_id}  still {order.status}")
    return 0 if _is_completed(order) else 1


def _tracking_number(deployed: Deployed, order_id: str) -> str:
    """The parcel's tracking number in the sandbox carrier's ledger. Raises NotFound if there is no parcel."""
    key = to_attributes({"order_id": order_id, "idempotency_key": f"dispatch-{order_id}"})
    answer = deployed.client("dynamodb").get_item(TableName=deployed.table("ShippingLedger"), Key=key)
    entry = from_attributes(answer.get("Item", {}))
    if "tracking_number" not in entry:
        raise NotFound(f"no parcel of order {order_id} was dispatched: see choreo trace")
    return str(entry["tracking_number"])


def _send_webhook(deployed: Deployed, order_id: str, tracking_number: str) -> None:
    secrets = deployed.client("secretsmanager")
    secret = secrets.get_secret_value(SecretId=deployed.secret("CarrierSecret"))["SecretString"]
    now = datetime.now(UTC)
    body = message(order_id, tracking_number, now)
    url = deployed.output("ApiUrl").rstrip("/") + "/carrier/webhooks"
    headers = signed(secret, order_id, body, int(now.timestamp()))
    try:
        request = urllib.request.Request(url, body, headers, method="POST")
        urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS).close()
    except urllib.error.HTTPError as error:
        error.close()
        raise CommandError(f"{url} answered {error.code} {error.reason}") from error
    except OSError as error:
        raise CommandError(f"nothing answers at {url}: {getattr(error, 'reason', error)}") from error


def _is_completed(order: OrderSummary) -> bool:
    return order.status == "completed"
