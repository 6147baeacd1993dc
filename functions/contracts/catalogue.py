"""Every event of the system, and how a message is read: tolerant of what is new, strict on what is known."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.envelope import SCHEMA_BASE, Event, Fact
from contracts.orders import OrderCancellationRequested, OrderPlaced
from contracts.payments import PaymentCaptured, PaymentDeclined, PaymentRefunded, PaymentVoided
from contracts.shipments import ShipmentCancelled, ShipmentDelivered, ShipmentDispatched, ShipmentFailed

EVENTS: dict[str, type[Fact]] = {
    fact.type: fact
    for fact in (
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


class ContractError(ValueError):
    """A message that breaks the contract: it can never be read, however often it is delivered."""


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
    """What a message that cannot be read belongs to, where it tells that much."""
    try:
        return _Correlated.model_validate_json(message).correlationid
    except ValidationError:
        return None


def read(message: str | bytes) -> Event[Any]:
    """Reads a CloudEvent in structured JSON.

    Raises UnknownType for a type that is not in EVENTS, and ContractError, saying what is wrong and where,
    for all that cannot be read.
    """
    try:
        header = _Header.model_validate_json(message)
        fact = EVENTS.get(header.type)
        if fact is None:
            raise _unknown(header.type)
        _check_major(fact, header.dataschema)
        return Event[fact].model_validate_json(message)  # type: ignore[valid-type]  # known only when running
    except ValidationError as error:
        raise ContractError(_summary(error)) from error


def _unknown(kind: str) -> UnknownMajor | UnknownType:
    """A new major is a type of its own, such as order.placed.v2: heard too early, it must not be ignored."""
    if _any_major(kind) in map(_any_major, EVENTS):
        return UnknownMajor(f"type: {kind} is a major version that is not read here")
    return UnknownType(f"type: {kind!r} is not known here")


def _any_major(kind: str) -> str:
    return re.sub(r"\.v[1-9][0-9]*$", "", kind)


def _check_major(fact: type[Fact], dataschema: str) -> None:
    major = fact.version.partition(".")[0]
    prefix = f"{SCHEMA_BASE}/{fact.type}/"
    if not dataschema.startswith(prefix):
        raise ContractError(f"dataschema: not a schema of {fact.type}")
    if dataschema.removeprefix(prefix).partition(".")[0] != major:
        raise UnknownMajor(
            f"dataschema: {fact.type} is read here in major version {major}, not {dataschema!r}"
        )


def _summary(error: ValidationError) -> str:
    # The input is left out on purpose: reasons are logged, and the input may hold personal data.
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'message'}: {e['msg']}"
        for e in error.errors(include_url=False, include_input=False)
    )
