"""Creates the carrier's webhook about a delivered parcel: its body, and its signed headers."""

import json
from datetime import datetime

from choreography.outbox import derived_id
from shipping.signature import sign


def message(order_id: str, tracking_number: str, delivered_at: datetime) -> bytes:
    """The body of the carrier's webhook."""
    data = {
        "reference": order_id,
        "tracking_number": tracking_number,
        "delivered_at": delivered_at.isoformat(),
    }
    return json.dumps({"type": "shipment.delivered", "data": data}).encode()


def signed(secret: str, order_id: str, body: bytes, timestamp: int) -> dict[str, str]:
    """The headers of the webhook. The message id is the same for each attempt."""
    message_id = f"msg_{derived_id(order_id, 'delivered')}"
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }
