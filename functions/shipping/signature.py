"""Signatures of messages to and from the carrier: Standard Webhooks v1 (https://www.standardwebhooks.com).

The specification's own library computes them. Its import takes 0.8 ms and loads nothing else, since version
1.1 depends on the standard library alone. This module adds what the library leaves out: it reports every
malformed header as NotSigned, and a secret that cannot be a key as an error of ours.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError

TOLERANCE_SECONDS = 300
"""The library's limit for the age of a message, and for a sender's clock that is ahead."""
PREFIX = "whsec_"


class NotSigned(Exception):
    """The message has no valid and recent signature. The text says why, and quotes nothing of it."""


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a message. `secret` is base64, with or without the prefix `whsec_`.

    Raises ValueError if the secret is empty or not base64, and UnicodeDecodeError if the body is not UTF-8.
    """
    return _webhook(secret).sign(message_id, datetime.fromtimestamp(timestamp, UTC), body.decode())


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """The id of a message whose signature is valid and recent. Raises NotSigned.

    `headers` by lower-case name. One valid signature of several is enough: while a secret is being replaced,
    the sender signs with both.
    """
    webhook = _webhook(secret)
    try:
        webhook.verify(body, dict(headers), json_parse=False)
    except WebhookVerificationError as error:
        raise NotSigned(str(error)) from None
    except ValueError:  # a signature without a comma, or not in base64; a body that is not UTF-8
        raise NotSigned("Malformed signature or body") from None
    return headers["webhook-id"]


def _webhook(secret: str) -> Webhook:
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("the webhook secret is not base64") from error
    if not key:
        raise ValueError("the webhook secret is empty")
    return Webhook(key)
