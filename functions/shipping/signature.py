"""Who a webhook is from: the Standard Webhooks signature (https://www.standardwebhooks.com, v1).

HMAC-SHA256 over id, time and body, so that none of them can be changed, and an old message not sent again.
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping

TOLERANCE_SECONDS = 300
"""How far the sender's clock may be off; what is older is refused, so that it cannot be replayed."""
PREFIX = "whsec_"


class NotSigned(Exception):
    """Nobody who knows the secret sent this now; the text says what is wrong, without the right answer."""


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a message. `secret` is base64, after `whsec_` if that stands before it."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.digest(_key(secret), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """The id of a message that is rightly signed, and fresh. Raises NotSigned.

    `headers` by lower-case name. Several signatures, between spaces, are as good as one that fits: while
    a secret is being replaced, the sender signs with both.
    """
    try:
        message_id, sent = headers["webhook-id"], headers["webhook-timestamp"]
        given = headers["webhook-signature"].split()
    except KeyError as missing:
        raise NotSigned(f"header {missing.args[0]} is missing") from None
    if not (sent.isascii() and sent.isdigit() and len(sent) <= 10):
        raise NotSigned("webhook-timestamp is not a time in seconds")
    if abs(time.time() - int(sent)) > TOLERANCE_SECONDS:
        raise NotSigned(f"webhook-timestamp is more than {TOLERANCE_SECONDS} seconds off")
    right = sign(secret, message_id, int(sent), body)
    # As bytes, since compare_digest refuses text beyond ASCII.
    if not any(hmac.compare_digest(right.encode(), one.encode()) for one in given):
        raise NotSigned("no signature fits")
    return message_id


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("the webhook secret is not base64") from error
