"""A webhook is believed if the carrier sent it, as it is, now."""

import base64
import time
from typing import Any

import pytest

from shipping.signature import TOLERANCE_SECONDS, NotSigned, sign, verify

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef" * 2).decode()
OTHER = base64.b64encode(b"another secret").decode()
BODY = b'{"type": "shipment.delivered"}'


def headers(secret: str = SECRET, age_seconds: int = 0, **changes: str) -> dict[str, str]:
    sent = int(time.time()) - age_seconds
    made = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(sent),
        "webhook-signature": sign(secret, "msg_1", sent, BODY),
    }
    return made | {f"webhook-{name}": value for name, value in changes.items()}


def test_the_signature_is_that_of_the_standard() -> None:
    """The example that the reference implementations of Standard Webhooks are tested with."""
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_rightly_signed_tells_its_id() -> None:
    assert verify(SECRET, headers(), BODY) == "msg_1"


def test_one_of_several_signatures_is_enough() -> None:
    both = f"{headers(OTHER)['webhook-signature']} v2,unknown {headers()['webhook-signature']}"
    assert verify(SECRET, headers(signature=both), BODY) == "msg_1"


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        ({"secret": OTHER}, "no signature fits"),
        ({"id": "msg_2"}, "no signature fits"),
        ({"signature": ""}, "no signature fits"),
        ({"signature": "v1,ß"}, "no signature fits"),
        ({"timestamp": "now"}, "not a time"),
        ({"timestamp": "٣"}, "not a time"),
        ({"timestamp": "9" * 5000}, "not a time"),
        ({"age_seconds": TOLERANCE_SECONDS + 60}, "seconds off"),
        ({"age_seconds": -TOLERANCE_SECONDS - 60}, "seconds off"),
    ],
)
def test_anything_else_is_refused(forged: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotSigned, match=reason):
        verify(SECRET, headers(**forged), BODY)


def test_a_body_or_a_time_that_was_changed_is_refused() -> None:
    with pytest.raises(NotSigned, match="no signature fits"):
        verify(SECRET, headers(), BODY + b" ")
    with pytest.raises(NotSigned, match="no signature fits"):
        verify(SECRET, headers(age_seconds=60, timestamp=str(int(time.time()))), BODY)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_header_that_is_missing_is_named(missing: str) -> None:
    with pytest.raises(NotSigned, match=f"{missing} is missing"):
        verify(SECRET, {name: value for name, value in headers().items() if name != missing}, BODY)


def test_a_secret_that_is_none_is_our_mistake_and_not_the_senders() -> None:
    with pytest.raises(ValueError, match="not base64"):
        sign("!", "msg_1", 0, BODY)
