"""The request bodies and queries of the page's API, and their validation."""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from infra.live.problems import invalid
from infra.local.model.call_faults import Action, Moment
from infra.local.model.messages import Request

SLOWEST_SECONDS = 30
"""Less than the visibility timeout of every queue, so that a slow service causes no duplicates."""
LONGEST_DELAY_SECONDS = 900
"""The maximum of SQS (SQS API reference, SetQueueAttributes)."""
POISON = "{ this is no event"


class _RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ServiceChange(_RequestBody):
    """The new settings of a service. An absent setting stays unchanged."""

    running: bool | None = None
    slow_seconds: float | None = Field(default=None, ge=0, le=SLOWEST_SECONDS)


class QueueChange(_RequestBody):
    """The new settings of a queue. An absent setting stays unchanged."""

    duplicate: bool | None = None
    reorder: bool | None = None
    break_next: bool | None = None
    delay_seconds: int | None = Field(default=None, ge=0, le=LONGEST_DELAY_SECONDS)
    deliver_now: bool = False
    """Ends the delay of the messages that are delayed now."""


class CallFaultRequest(_RequestBody):
    """A fault of the next AWS call of a function, or of any function of a service."""

    function: str = Field(min_length=1)
    operation: str = Field(min_length=1)
    moment: Moment
    action: Action
    seconds: float = Field(default=0, ge=0, le=SLOWEST_SECONDS)
    containing: list[str] = Field(default_factory=list, max_length=10)

    @model_validator(mode="after")
    def _only_a_batch_has_entries(self) -> "CallFaultRequest":
        if self.action == "reject" and (self.operation, self.moment) != ("PublishBatch", "before"):
            raise ValueError("only the entries of PublishBatch can be rejected, at the moment before")
        return self


class LessonRequest(_RequestBody):
    """How to play a lesson: with all safeguards, or in a second system without one."""

    without: str | None = None


class Message(_RequestBody):
    """A message to send unchanged. The default is a poison message, which no consumer can read."""

    body: str = Field(default=POISON, min_length=1, max_length=262_144)


class Redrive(_RequestBody):
    """A redrive of all messages, or of one message, whose body may be replaced."""

    message_id: str | None = None
    body: str | None = Field(default=None, min_length=1, max_length=262_144)

    @model_validator(mode="after")
    def _body_needs_a_message_id(self) -> "Redrive":
        if self.body is not None and self.message_id is None:
            raise ValueError("a body replaces the body of one message: add its message_id")
        return self


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OrderSearch(_Query):
    """Which orders to list. `text` is the start of an order id, or a part of the customer or parcel."""

    status: str | None = None
    text: str = ""

    def matches(self, order: Mapping[str, Any]) -> bool:
        """Whether a summary of an order has the status and the text."""
        text = self.text.strip().lower()
        named = any(text in str(order[name] or "").lower() for name in ("customer_id", "tracking_number"))
        right_status = {
            None: True,
            "undecided": not order["decided"],
            "trouble": order["trouble"] is not None,
        }.get(self.status, order["status"] == self.status)
        return right_status and (named or order["order_id"].startswith(text))


class MessagePage(_Query):
    """A page of a queue's messages, after the first `offset` messages."""

    offset: int = Field(default=0, ge=0)


class TablePage(_Query):
    """A page of a table's items: those with a partition key, after the `next` of the page before."""

    key: str | None = Field(default=None, min_length=1)
    after: str | None = None


BodyT = TypeVar("BodyT", bound=_RequestBody)
QueryT = TypeVar("QueryT", bound=_Query)


def parse(model: type[BodyT], request: Request) -> BodyT:
    """Reads and validates a request's body. Raises Problem if it is not valid."""
    try:
        return model.model_validate_json(request.body or b"{}")
    except ValidationError as error:
        raise invalid(error) from error


def parse_query(model: type[QueryT], request: Request) -> QueryT:
    """Reads and validates a request's query. Raises Problem if it is not valid."""
    try:
        return model.model_validate(dict(parse_qsl(request.query, keep_blank_values=True)))
    except ValidationError as error:
        raise invalid(error) from error
