"""The carrier's webhook about a delivered parcel, which the page sends as the sandbox carrier would."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from infra.live.problems import Problem
from infra.local.aws.clients import client
from infra.local.model.stack import Stack
from infra.shared.carrier_messages import message, signed

SECRET = "CarrierSecret"
"""The logical ID of the secret that the carrier and Shipping share."""


def webhook(stacks: Iterable[Stack], order_id: str, tracking_number: str | None) -> dict[str, Any]:
    """Its body and signed headers. Raises Problem if there is no parcel, or no secret to sign with."""
    if tracking_number is None:
        raise Problem(HTTPStatus.CONFLICT, f"no parcel of order {order_id} was dispatched yet")
    secret = next((stack.secrets[SECRET] for stack in stacks if SECRET in stack.secrets), None)
    if secret is None:
        raise Problem(HTTPStatus.CONFLICT, f"no stack has the secret {SECRET}, which signs the webhook")
    value = client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    body = message(order_id, tracking_number, datetime.now(UTC))
    return {"body": body.decode(), "headers": signed(value, order_id, body, int(time.time()))}
