"""The outbox relay: publishes the events that each write of a service's table emitted, at least once.

The table's stream invokes it. A PublishBatch that succeeds may still fail single entries: the relay publishes
again every entry that is not in the `Successful` list. It reports the first entry that keeps failing, and the
stream delivers again from there.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography import aws
from choreography.aws_errors import classified
from choreography.deadline import deadline
from choreography.errors import Retryable
from choreography.metrics import Metric, count
from choreography.publishing import batches, publish
from choreography.reporting import reported
from choreography.snapstart import in_snapshot
from choreography.stored import emitted, event_json
from choreography.table import from_attributes
from contracts.catalogue import ContractError, UnknownType, correlation_id, read

ATTEMPTS = 3

logger = Logger()
in_snapshot(aws.sns)


@dataclass(frozen=True)
class Entry:
    """One event to publish; `sequence_number` is that of the stream record that it came with."""

    sequence_number: str
    type: str
    order_id: str
    correlation_id: str
    message: str


@reported()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Publishes a batch of stream records.

    Environment: TOPIC_ARN, and DEAD_LETTER_QUEUE_URL for an event that breaks its contract.
    """
    with deadline(context):
        for batch in batches(_entries(event["Records"])):
            failed = _publish(batch)
            if failed is not None:
                return {"batchItemFailures": [{"itemIdentifier": failed.sequence_number}]}
    return {"batchItemFailures": []}


def _entries(records: Iterable[dict[str, Any]]) -> Iterator[Entry]:
    for record in records:
        change = record["dynamodb"]
        if "NewImage" in change:
            for event in emitted(from_attributes(change["NewImage"])):
                yield from _checked(change["SequenceNumber"], event_json(event))


def _checked(sequence_number: str, text: str) -> Iterator[Entry]:
    try:
        event = read(text)
    except (ContractError, UnknownType) as error:
        # No subscriber could read it, and the events after it must not wait for it.
        _dead_letter(text, f"{type(error).__name__}: {error}")
        return
    yield Entry(sequence_number, event.type, event.order_id, event.correlationid, text)


def _publish(batch: list[Entry]) -> Entry | None:
    """The first entry that could not be published, if any."""
    left = dict(enumerate(batch))
    for _ in range(ATTEMPTS):
        try:
            left, failed = publish(aws.sns(), os.environ["TOPIC_ARN"], left)
        except aws.CALL_ERRORS as error:
            _log_failure(error, left)
            break
        if not left:
            break
        logger.warning("some events not published; trying again", extra={"failed": failed} | _all(left))
    for number, entry in enumerate(batch):
        if number not in left:
            logger.info("published", extra=_about(entry))
    for entry in left.values():
        logger.error("publish failed; the stream will retry", extra=_about(entry))
    count(Metric.EVENTS_PUBLISHED, len(batch) - len(left))
    count(Metric.EVENTS_NOT_PUBLISHED, len(left))
    return next(iter(left.values()), None)


def _log_failure(error: Exception, left: Mapping[int, Entry]) -> None:
    match classified(error):
        case Retryable() as known:
            reason = f"{type(known).__name__}: {known}"
            logger.warning("PublishBatch failed", extra={"reason": reason} | _all(left))
        case _:
            logger.exception("PublishBatch failed", extra=_all(left))


def _all(left: Mapping[int, Entry]) -> dict[str, Any]:
    return {"correlation_ids": [entry.correlation_id for entry in left.values()]}


def _about(entry: Entry) -> dict[str, str]:
    return {"order_id": entry.order_id, "type": entry.type, "correlation_id": entry.correlation_id}


def _dead_letter(message: str, reason: str) -> None:
    about = {"reason": reason, "correlation_id": correlation_id(message)}
    logger.error("event breaks its contract; dead-lettered", extra=about)
    count(Metric.MESSAGES_DEAD_LETTERED)
    aws.sqs().send_message(
        QueueUrl=os.environ["DEAD_LETTER_QUEUE_URL"],
        MessageBody=message,
        MessageAttributes={"reason": {"DataType": "String", "StringValue": reason[:1024]}},
    )
