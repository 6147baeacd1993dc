"""PublishBatch: events in batches that SNS takes, and the entries that it did not accept.

The relay publishes with it, and so does `choreo republish`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import BatchResultErrorEntryTypeDef, PublishBatchRequestEntryTypeDef

ENTRIES = 10
"""SNS takes at most ten entries in a PublishBatch, and 262,144 bytes in all (SNS API reference)."""
BYTES = 250_000
"""Leaves the rest of the limit to the attributes."""


class Publishable(Protocol):
    """An event to publish: its type, and its envelope as JSON."""

    @property
    def type(self) -> str: ...

    @property
    def message(self) -> str: ...


Entry = TypeVar("Entry", bound=Publishable)


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Splits entries, in their order, into batches that one PublishBatch takes."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        length = len(entry.message.encode())
        if batch and (len(batch) == ENTRIES or size + length > BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += length
    if batch:
        yield batch


def publish(
    sns: "SNSClient", topic_arn: str, entries: Mapping[int, Entry]
) -> "tuple[dict[int, Entry], list[BatchResultErrorEntryTypeDef]]":
    """Calls PublishBatch once; the entries that SNS did not accept, by their numbers, and its reasons.

    An entry may be in neither list of the answer: only `Successful` says that SNS accepted it.
    """
    answer = sns.publish_batch(
        TopicArn=topic_arn,
        PublishBatchRequestEntries=[_request(number, entry) for number, entry in entries.items()],
    )
    accepted = {int(entry["Id"]) for entry in answer.get("Successful", [])}
    left = {number: entry for number, entry in entries.items() if number not in accepted}
    return left, answer.get("Failed", [])


def _request(number: int, entry: Publishable) -> "PublishBatchRequestEntryTypeDef":
    return {
        "Id": str(number),
        "Message": entry.message,
        "MessageAttributes": {"type": {"DataType": "String", "StringValue": entry.type}},
    }
