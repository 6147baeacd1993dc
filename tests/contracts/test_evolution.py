"""Minor versions are compatible: old consumers read new producers' events, and new consumers old events.

These tests stay within a major version; tests/choreography/test_majors.py has the next major."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import create_model

from contracts.catalogue import EVENTS, UnknownMajor, read
from contracts.envelope import Payload, to_event
from infra.contracts.compatibility import breaks
from infra.contracts.examples import example
from infra.contracts.schemas import schema


def newer_minor(payload: type[Payload]) -> type[Payload]:
    """Return the next minor version of an event, with one more optional field."""
    major, _, minor = payload.version.partition(".")
    return numbered(
        create_model(payload.__name__, __base__=payload, note=(str, "none")), f"{major}.{int(minor) + 1}"
    )


def numbered(payload: type[Payload], version: str) -> type[Payload]:
    payload.version = version
    return payload


def sent_with(payload: type[Payload], kind: str, **more: Any) -> dict[str, Any]:
    """Return the event that a producer with this version of the contract sends."""
    wire = example(kind)
    data = payload.model_validate(wire["data"] | more)
    envelope = {name: wire.get(name) for name in ("id", "source", "subject", "correlationid", "causationid")}
    sent = to_event(data, time=wire["time"], **envelope)  # type: ignore[arg-type]  # of any event
    made: dict[str, Any] = json.loads(sent.to_json())
    return made


@pytest.mark.parametrize("kind", EVENTS)
def test_an_old_consumer_reads_the_event_of_a_new_producer(kind: str) -> None:
    newer = newer_minor(EVENTS[kind])
    sent = sent_with(newer, kind, note="gift")
    assert sent["data"]["note"] == "gift"
    assert sent["dataschema"] == newer.dataschema()
    assert read(json.dumps(sent)).data == read(json.dumps(example(kind))).data
    assert Draft202012Validator(schema(EVENTS[kind])).is_valid(sent)


@pytest.mark.parametrize("kind", EVENTS)
def test_a_new_consumer_reads_the_event_of_an_old_producer(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer, sent = newer_minor(EVENTS[kind]), example(kind)
    monkeypatch.setitem(EVENTS, kind, newer)
    assert read(json.dumps(sent)).data == newer.model_validate(sent["data"] | {"note": "none"})
    assert Draft202012Validator(schema(newer)).is_valid(sent)


@pytest.mark.parametrize("kind", EVENTS)
def test_the_first_minor_is_still_read(kind: str) -> None:
    payload, sent = EVENTS[kind], example(kind)
    later = {name for name, field in payload.model_fields.items() if not field.is_required()}
    sent["data"] = {name: value for name, value in sent["data"].items() if name not in later}
    sent["dataschema"] = sent["dataschema"].replace(payload.version, "1.0")
    assert read(json.dumps(sent)).type == kind
    assert Draft202012Validator(schema(payload)).is_valid(sent)


@pytest.mark.parametrize("kind", EVENTS)
def test_a_newer_minor_is_not_a_breaking_change(kind: str) -> None:
    assert breaks(schema(EVENTS[kind]), schema(newer_minor(EVENTS[kind]))) == []


@pytest.mark.parametrize("kind", EVENTS)
def test_an_unknown_major_is_refused_with_the_reason(kind: str) -> None:
    sent = example(kind)
    sent["dataschema"] = sent["dataschema"].rpartition("/")[0] + "/2.0"
    with pytest.raises(UnknownMajor, match=f"{kind} is read here in major version 1"):
        read(json.dumps(sent))
    assert not Draft202012Validator(schema(EVENTS[kind])).is_valid(sent)
