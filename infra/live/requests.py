"""The request bodies of the page's API, and their validation."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from infra.live.problems import invalid
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


BodyT = TypeVar("BodyT", bound=_RequestBody)


def parse(model: type[BodyT], request: Request) -> BodyT:
    """Reads and validates a request's body. Raises Problem if it is not valid."""
    try:
        return model.model_validate_json(request.body or b"{}")
    except ValidationError as error:
        raise invalid(error) from error
