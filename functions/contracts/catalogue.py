"""All events of the system, and their reader, which ignores unknown fields and validates known ones."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.envelope import SCHEMA_BASE, Event, Payload
from contracts.orders import OrderCancellationRequested, OrderPlaced
from contracts.payments import PaymentCaptured, PaymentDeclined, PaymentRefunded, PaymentVoided
from contracts.shipments import ShipmentCancelled, ShipmentDelivered, ShipmentDispatched, ShipmentFailed

EVENTS: dict[str, type[Payload]] = {
    payload.type: payload
    for payload in (
        OrderPlaced,
        OrderCancellationRequested,
        PaymentCaptured,
        PaymentDeclined,
        PaymentRefunded,
        PaymentVoided,
        ShipmentDispatched,
        ShipmentDelivered,
        ShipmentFailed,
        ShipmentCancelled,
    )
}

SOURCES = {"order": "/services/order", "payment": "/services/payment", "shipment": "/services/shipping"}
"""The CloudEvents `source` of the service that publishes a type, by the first word of the type."""


def publisher(kind: str) -> str | None:
    """The `source` of the events of this type; None for a type of another system."""
    return SOURCES.get(kind.partition(".")[0])


class ContractError(ValueError):
    """A message that breaks the contract. No later delivery can be read either."""


class UnknownMajor(ContractError):
    """An event of a major version that this code does not know."""


class UnknownType(ValueError):
    """An event that this code does not know: a consumer ignores it, a publisher must not send it."""


class _Header(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    specversion: str
    type: str
    dataschema: str


class _Correlated(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    correlationid: str = Field(max_length=64)


def correlation_id(message: str | bytes) -> str | None:
    """The correlation id of a message that cannot be read, if the message has one."""
    try:
        return _Correlated.model_validate_json(message).correlationid
    except ValidationError:
        return None


def read(message: str | bytes) -> Event[Any]:
    """Reads a CloudEvent in structured JSON.

    Raises UnknownType for a type that is not in EVENTS. Raises ContractError, with the field at fault, for
    every other message that cannot be read.
    """
    try:
        header = _Header.model_validate_json(message)
        payload = EVENTS.get(header.type)
        if payload is None:
            raise _unknown(header.type)
        _check_major(payload, header.dataschema)
        return Event[payload].model_validate_json(message)  # type: ignore[valid-type]  # known only when running
    except ValidationError as error:
        raise ContractError(_summary(error)) from error


def _unknown(kind: str) -> UnknownMajor | UnknownType:
    """A new major version has its own type, such as order.placed.v2. A consumer must not ignore it."""
    if _any_major(kind) in map(_any_major, EVENTS):
        return UnknownMajor(f"type: {kind} is a major version that is not read here")
    return UnknownType(f"type: {kind!r} is not known here")


def _any_major(kind: str) -> str:
    return re.sub(r"\.v[1-9][0-9]*$", "", kind)


def _check_major(payload: type[Payload], dataschema: str) -> None:
    major = payload.version.partition(".")[0]
    prefix = f"{SCHEMA_BASE}/{payload.type}/"
    if not dataschema.startswith(prefix):
        raise ContractError(f"dataschema: not a schema of {payload.type}")
    if dataschema.removeprefix(prefix).partition(".")[0] != major:
        raise UnknownMajor(
            f"dataschema: {payload.type} is read here in major version {major}, not {dataschema!r}"
        )


def _summary(error: ValidationError) -> str:
    # Without the input: reasons are logged, and the input may contain personal data.
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'message'}: {e['msg']}"
        for e in error.errors(include_url=False, include_input=False)
    )
