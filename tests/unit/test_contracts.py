"""Contracts ignore unknown fields, and name the invalid field of a message that they reject."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis.strategies import text

from choreography.outbox import derived_id
from contracts.catalogue import EVENTS, ContractError, UnknownMajor, UnknownType, read
from contracts.envelope import to_event
from contracts.payments import PaymentDeclined
from tests.conftest import MakeEvent

ENVELOPE: dict[str, Any] = {
    "id": "event-1",
    "source": "/test",
    "subject": "order-1",
    "time": datetime(2026, 1, 1, tzinfo=UTC),
    "correlationid": "request-1",
    "causationid": None,
}
QUEUE_ACCEPTS = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""


@pytest.mark.parametrize("kind", EVENTS)
def test_a_serialised_event_is_read_as_the_same_event(kind: str, make_event: MakeEvent) -> None:
    event = make_event(kind)
    assert read(event.to_json()) == event


@given(text())
@example("\ufffe and \uffff and \0")
def test_an_event_with_any_text_has_only_characters_that_sqs_accepts(reason: str) -> None:
    event = to_event(PaymentDeclined(reason=reason), **ENVELOPE)
    sent = event.to_json()
    assert QUEUE_ACCEPTS.fullmatch(sent)
    assert read(sent) == event


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_has_the_attributes_of_cloudevents(kind: str, make_event: MakeEvent) -> None:
    sent = json.loads(make_event(kind).to_json())
    assert sent.keys() == {
        *("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data"),
        *("correlationid", "causationid"),
    }
    assert sent["specversion"] == "1.0"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"subject": "o" * 2049}, "subject: Value error, longer than 2048 bytes"),
        ({"subject": "ä" * 1025}, "subject"),
        ({"time": "yesterday"}, "time"),
        ({"time": "2026-01-01T00:00:00"}, "time"),
        ({"data": {}}, "data.amount_minor"),
        ({"data": None}, "data"),
        ({"dataschema": "https://example.com/other"}, "dataschema"),
    ],
)
def test_the_error_for_an_invalid_message_names_the_field(
    changes: dict[str, Any], reason: str, make_event: MakeEvent
) -> None:
    message = json.loads(make_event("payment.captured").to_json()) | changes
    with pytest.raises(ContractError, match=reason):
        read(json.dumps(message))


@pytest.mark.parametrize("message", ["", "{", "[]", "null", '"text"', "{}"])
def test_a_message_that_is_not_an_event_is_refused(message: str) -> None:
    with pytest.raises(ContractError):
        read(message)


def test_a_reason_never_quotes_the_message(make_event: MakeEvent) -> None:
    message = json.loads(make_event("order.placed").to_json())
    message["data"]["shipping_address"]["name"] = ["Ada Secret"]
    with pytest.raises(ContractError) as refused:
        read(json.dumps(message))
    assert "shipping_address.name" in str(refused.value)
    assert "Secret" not in str(refused.value)


def test_unknown_fields_and_newer_minors_are_ignored(make_event: MakeEvent) -> None:
    event = make_event("payment.captured")
    message = json.loads(event.to_json()) | {"traceparent": "00-1"}
    message["dataschema"] = message["dataschema"].replace("1.0", "1.7")
    message["data"]["fee_minor"] = 3
    assert read(json.dumps(message)).data == event.data


def test_a_newer_major_is_refused(make_event: MakeEvent) -> None:
    message = make_event("payment.captured").to_json().replace("payment.captured/1.0", "payment.captured/2.0")
    with pytest.raises(UnknownMajor, match="major version 1"):
        read(message)


def test_a_newer_major_with_its_own_type_is_refused_too(make_event: MakeEvent) -> None:
    message = make_event("payment.captured").to_json()
    with pytest.raises(
        UnknownMajor, match=r"type: payment\.captured\.v2 is a major version that is not read"
    ):
        read(message.replace('"payment.captured"', '"payment.captured.v2"'))


def test_an_older_major_that_is_no_longer_read_is_refused(
    make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = make_event("payment.captured").to_json()
    later = {"payment.captured.v2": EVENTS["payment.captured"]}
    monkeypatch.setattr("contracts.catalogue.EVENTS", later)
    with pytest.raises(UnknownMajor, match=r"type: payment\.captured is a major version that is not read"):
        read(message)


def test_an_event_of_an_unknown_type_is_valid(make_event: MakeEvent) -> None:
    with pytest.raises(UnknownType, match=r"order\.gifted"):
        read(make_event("order.placed").to_json().replace('"order.placed"', '"order.gifted"'))


def test_the_same_cause_always_gives_the_same_id() -> None:
    assert derived_id("cause", "payment.captured") == derived_id("cause", "payment.captured")
    assert derived_id("cause", "payment.captured") != derived_id("cause", "payment.declined")
    assert derived_id("a", "order") == "7f871feb-ad84-5ba7-ab64-231e07437c05"
