"""What the page may ask for, checked."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from infra.local.live.problems import invalid
from infra.local.model.messages import Request

SLOWEST_SECONDS = 30
"""Below any queue's visibility timeout, so that slowness alone makes no duplicates."""
LONGEST_DELAY_SECONDS = 900
"""As SQS allows (SQS API reference, SetQueueAttributes)."""
POISON = "{ this is no event"


class _RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ServiceChange(_RequestBody):
    """What is left out stays as it is."""

    running: bool | None = None
    slow_seconds: float | None = Field(default=None, ge=0, le=SLOWEST_SECONDS)


class QueueChange(_RequestBody):
    """What is left out stays as it is."""

    duplicate: bool | None = None
    reorder: bool | None = None
    break_next: bool | None = None
    delay_seconds: int | None = Field(default=None, ge=0, le=LONGEST_DELAY_SECONDS)


class Message(_RequestBody):
    """A message to send as it is: poison, unless told otherwise."""

    body: str = Field(default=POISON, min_length=1, max_length=262_144)


class Redrive(_RequestBody):
    """All messages, or one; that one may be given another body."""

    message_id: str | None = None
    body: str | None = Field(default=None, min_length=1, max_length=262_144)

    @model_validator(mode="after")
    def _one_is_mended(self) -> "Redrive":
        if self.body is not None and self.message_id is None:
            raise ValueError("a body replaces that of one message: name its message_id")
        return self


BodyT = TypeVar("BodyT", bound=_RequestBody)


def parse(model: type[BodyT], request: Request) -> BodyT:
    """Raises Problem if the body does not fit."""
    try:
        return model.model_validate_json(request.body or b"{}")
    except ValidationError as error:
        raise invalid(error) from error
