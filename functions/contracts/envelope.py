"""CloudEvents 1.0 in structured JSON: the envelope of every message."""

from datetime import datetime
from typing import Annotated, ClassVar, Generic, Literal, TypeVar, cast

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

SCHEMA_BASE = "https://schemas.order-choreography.example"


def dataschema(kind: str, version: str) -> str:
    """The URI of the published schema of an event type and version."""
    return f"{SCHEMA_BASE}/{kind}/{version}"


class Payload(BaseModel):
    """The `data` of an event. Consumers ignore unknown fields, so minor versions may add fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    type: ClassVar[str]
    """CloudEvents `type`, in the past tense."""
    version: ClassVar[str] = "1.0"
    """`major.minor`; a consumer reads every minor version of the majors that it knows."""

    @classmethod
    def dataschema(cls) -> str:
        """The URI of the published schema of this event and version."""
        return dataschema(cls.type, cls.version)


KEY_LIMIT_BYTES = 2048
"""DynamoDB's limit of a partition key, which `subject` is in every service's table.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""


def _within_key(subject: str) -> str:
    if len(subject.encode()) > KEY_LIMIT_BYTES:
        raise ValueError(f"longer than {KEY_LIMIT_BYTES} bytes")
    return subject


_ESCAPED = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


def escaped(text: str) -> str:
    """JSON with U+FFFE and U+FFFF escaped, as control characters are: SQS and SNS refuse them.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    return text.translate(_ESCAPED)


DataT = TypeVar("DataT", bound=Payload)


class Event(BaseModel, Generic[DataT]):
    """A CloudEvents 1.0 event (https://github.com/cloudevents/spec, v1.0.2) about one order.

    `id` identifies the event: publishing it again does not change it. `subject` is the
    order's id. `correlationid` is shared by all that follows from one HTTP request; `causationid`
    is the id of the event that led to this one, absent where a request did.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    type: str = Field(min_length=1)
    subject: Annotated[str, AfterValidator(_within_key)] = Field(min_length=1)
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str = Field(min_length=1)
    correlationid: str = Field(min_length=1)
    causationid: str | None = Field(default=None, min_length=1)
    data: DataT

    @property
    def order_id(self) -> str:
        return self.subject

    def to_json(self) -> str:
        """The event in structured JSON, without an absent `causationid`."""
        return escaped(self.model_dump_json(exclude_none=True))


def to_event(
    data: DataT,
    *,
    id: str,
    source: str,
    subject: str,
    time: datetime,
    correlationid: str,
    causationid: str | None,
) -> Event[DataT]:
    """The event with this payload as its `data`."""
    envelope = cast("type[Event[DataT]]", Event.__class_getitem__(type(data)))  # known only when running
    return envelope(
        id=id,
        source=source,
        type=data.type,
        subject=subject,
        time=time,
        dataschema=data.dataschema(),
        correlationid=correlationid,
        causationid=causationid,
        data=data,
    )
