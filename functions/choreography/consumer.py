"""Consumes a service's SQS queue: a batch in, the failed messages out, poison to the dead-letter queue."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography import aws
from choreography.aws_errors import classified
from choreography.deadline import deadline
from choreography.errors import NotAdmitted, Permanent, PoisonMessage, Retryable
from choreography.metrics import Gauge, Metric, count, measure
from choreography.participant import Handled
from choreography.reporting import reported
from contracts.catalogue import ContractError, UnknownType, correlation_id, read
from contracts.envelope import Event

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

WAIT_SECONDS = 60
"""The longest wait between two attempts."""
REQUEUE_AFTER = 5
"""Receives after which a waiting message is sent again as a new message, whose receive count is 0. This is
less than any queue's `maxReceiveCount`, so SQS never dead-letters a message that can still succeed. The
function then invokes itself through its queue, which Lambda stops after about 16 rounds unless the template
sets `RecursiveLoop: Allow`."""
RESERVE_SECONDS = aws.LONGEST_CALL_SECONDS + 1
"""Kept for SQS: with this time left, no message is handled any further, but every message that must wait can
still be sent again. Otherwise those at the end of a batch would use up their receives in an outage."""

logger = Logger()


class EventHandler(Protocol):
    """What `Participant` does with an event."""

    def handle(self, event: Event[Any]) -> Handled | None: ...


@reported()
def consume(event: dict[str, Any], context: LambdaContext, participant: EventHandler) -> dict[str, Any]:
    """Handles an SQS batch. The answer lists the messages that SQS delivers again.

    Environment: QUEUE_URL and DEAD_LETTER_QUEUE_URL, the queue that the batch is from and its dead letters.
    Raises ValueError if the function's timeout leaves no time for a single call.
    """
    _check_timeout(context)
    with deadline(context, RESERVE_SECONDS):
        return dict(
            process_partial_response(
                event=event,
                record_handler=_Handler(participant),
                processor=BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
                context=context,
            )
        )


def _check_timeout(context: LambdaContext) -> None:
    needed = aws.LONGEST_CALL_SECONDS + RESERVE_SECONDS
    if context.get_remaining_time_in_millis() < needed * 1000:
        raise ValueError(
            f"the Timeout of {context.function_name} is too short: a consumer needs over {needed} s"
        )


class _Handler:
    """Handles one message. It raises to have SQS deliver the message again; otherwise Lambda deletes it."""

    def __init__(self, participant: EventHandler) -> None:
        self._participant = participant

    def __call__(self, record: SQSRecord) -> None:
        attempt = int(record.attributes.approximate_receive_count)
        with logger.append_context_keys(message_id=record.message_id, attempt=attempt):
            try:
                event = read(record.body)
            except ContractError as error:
                with logger.append_context_keys(correlation_id=correlation_id(record.body)):
                    _give_up(record, PoisonMessage(str(error)))
            except UnknownType as error:
                logger.info(
                    "event type ignored",
                    extra={"reason": str(error), "correlation_id": correlation_id(record.body)},
                )
            else:
                with logger.append_context_keys(
                    order_id=event.order_id, type=event.type, correlation_id=event.correlationid
                ):
                    self._handle(record, event, attempt)

    def _handle(self, record: SQSRecord, event: Event[Any], attempt: int) -> None:
        try:
            handled = self._participant.handle(event)
        except Exception as error:
            match classified(error):
                case Permanent() as permanent:
                    _give_up(record, permanent)
                case Retryable() as retryable:
                    measure(Gauge.WAITING_SECONDS, (datetime.now(UTC) - event.time).total_seconds())
                    _wait(record, retryable, attempt)
                case _:
                    logger.exception("message failed")
                    count(Metric.MESSAGES_FAILED)
                    raise
        else:
            if handled is None:
                logger.info("nothing to do")
            else:
                logger.info("handled", extra=handled._asdict())


def _give_up(record: SQSRecord, error: Permanent) -> None:
    _dead_letter(record, f"{type(error).__name__}: {error}")
    logger.error("message dead-lettered", extra={"reason": str(error)})
    count(Metric.MESSAGES_DEAD_LETTERED)


def _wait(record: SQSRecord, error: Retryable, attempt: int) -> None:
    """Has the message delivered again later, however often it was received. Raises `error` or returns."""
    logger.warning("message will be retried", extra={"reason": f"{type(error).__name__}: {error}"})
    count(Metric.MESSAGES_WAITING)
    if isinstance(error, NotAdmitted):
        count(Metric.MESSAGES_REFUSED)
    if attempt >= REQUEUE_AFTER and _requeue(record):
        return
    _retry_in(record, min(2**attempt, WAIT_SECONDS))
    raise error


def _requeue(record: SQSRecord) -> bool:
    """Sends the message again as a new one. False if SQS refuses or fails; the old message then stays.

    A crash before Lambda deletes the old message makes a duplicate, which the idempotency record absorbs.
    """
    try:
        aws.sqs().send_message(
            QueueUrl=os.environ["QUEUE_URL"],
            MessageBody=record.body,
            MessageAttributes=_attributes(record),
            DelaySeconds=WAIT_SECONDS,
        )
    except aws.CALL_ERRORS:
        logger.exception("message not requeued; SQS delivers it again")
        return False
    return True


def _retry_in(record: SQSRecord, seconds: int) -> None:
    """Changes the visibility timeout. If SQS refuses or fails, the queue's own visibility timeout holds."""
    try:
        aws.sqs().change_message_visibility(
            QueueUrl=os.environ["QUEUE_URL"], ReceiptHandle=record.receipt_handle, VisibilityTimeout=seconds
        )
    except aws.CALL_ERRORS:
        logger.exception("visibility timeout not changed; SQS delivers the message after the queue's own")


def _dead_letter(record: SQSRecord, reason: str) -> None:
    attributes = _attributes(record)
    # SQS allows ten attributes a message, and a kilobyte is enough to see what is wrong.
    attributes["reason"] = {"DataType": "String", "StringValue": reason[:1024]}
    aws.sqs().send_message(
        QueueUrl=os.environ["DEAD_LETTER_QUEUE_URL"], MessageBody=record.body, MessageAttributes=attributes
    )


def _attributes(record: SQSRecord) -> "dict[str, MessageAttributeValueTypeDef]":
    attributes: dict[str, MessageAttributeValueTypeDef] = {}
    for name, attribute in record.message_attributes.items():
        if attribute.data_type and attribute.string_value is not None:
            attributes[name] = {"DataType": attribute.data_type, "StringValue": attribute.string_value}
    return attributes
