"""A signature is valid only for the unchanged message, the shared secret and a recent timestamp."""

import base64
import hashlib
import hmac
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_the_signature_equals_the_example_of_the_standard() -> None:
    """The example is in the tests of the reference implementations of Standard Webhooks."""
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def as_specified(key: bytes, message_id: str, sent: int, body: bytes) -> str:
    """The signature that the specification defines, computed without the library."""
    digest = hmac.digest(key, b"%s.%d.%s" % (message_id.encode(), sent, body), hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


@given(
    key=st.binary(min_size=24, max_size=64),
    prefix=st.sampled_from(["", "whsec_"]),
    message_id=st.text(min_size=1),
    sent=st.integers(0, 2**33),
    body=st.text().map(str.encode),
)
def test_every_signature_is_the_specified_one(
    key: bytes, prefix: str, message_id: str, sent: int, body: bytes
) -> None:
    secret = prefix + base64.b64encode(key).decode()
    assert sign(secret, message_id, sent, body) == as_specified(key, message_id, sent, body)


@given(key=st.binary(min_size=24, max_size=64), body=st.text().map(str.encode))
def test_a_message_that_is_signed_as_specified_is_verified(key: bytes, body: bytes) -> None:
    sent = int(time.time())
    signed = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(sent),
        "webhook-signature": as_specified(key, "msg_1", sent, body),
    }
    assert verify(base64.b64encode(key).decode(), signed, body) == "msg_1"


@given(
    st.dictionaries(st.sampled_from(list(headers())), st.text(max_size=20)),
    st.binary(max_size=20),
)
def test_any_input_is_verified_or_raises_not_signed(changed: dict[str, str], body: bytes) -> None:
    """For any other exception, the webhook would answer 503, and an alarm would stop a rollout."""
    with pytest.raises(NotSigned):
        verify(SECRET, headers() | changed, body)


def test_one_of_several_signatures_is_enough() -> None:
    both = f"{headers(OTHER)['webhook-signature']} v2,unknown {headers()['webhook-signature']}"
    assert verify(SECRET, headers(signature=both), BODY) == "msg_1"


@pytest.mark.parametrize("age_seconds", [TOLERANCE_SECONDS - 2, 2 - TOLERANCE_SECONDS])
def test_a_message_of_the_last_or_the_next_minutes_is_verified(age_seconds: int) -> None:
    assert verify(SECRET, headers(age_seconds=age_seconds), BODY) == "msg_1"


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        ({"secret": OTHER}, "No matching signature"),
        ({"id": "msg_2"}, "No matching signature"),
        ({"signature": "v1,AAAA"}, "No matching signature"),
        ({"signature": "v1"}, "Malformed"),
        ({"signature": "v1,ß"}, "Malformed"),
        ({"signature": "v1,A"}, "Malformed"),
        ({"timestamp": "now"}, "Invalid"),
        ({"timestamp": "nan"}, "Invalid"),
        ({"timestamp": "9" * 5000}, "Invalid"),
        ({"age_seconds": TOLERANCE_SECONDS + 60}, "too old"),
        ({"age_seconds": -TOLERANCE_SECONDS - 60}, "too new"),
        *(({name: ""}, "Missing") for name in ("id", "timestamp", "signature")),
    ],
)
def test_a_changed_or_expired_signature_is_refused(forged: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotSigned, match=reason):
        verify(SECRET, headers(**forged), BODY)


def test_a_body_or_a_time_that_was_changed_is_refused() -> None:
    with pytest.raises(NotSigned, match="No matching signature"):
        verify(SECRET, headers(), BODY + b" ")
    with pytest.raises(NotSigned, match="No matching signature"):
        verify(SECRET, headers(age_seconds=60, timestamp=str(int(time.time()))), BODY)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_header_that_is_missing_is_refused(missing: str) -> None:
    with pytest.raises(NotSigned, match="Missing required headers"):
        verify(SECRET, {name: value for name, value in headers().items() if name != missing}, BODY)


def test_an_invalid_secret_raises_an_error_and_does_not_reject_the_message() -> None:
    with pytest.raises(ValueError, match="not base64"):
        sign("!", "msg_1", 0, BODY)
