"""The queue's side of a service: batches in, partial failures out, poison to the dead-letter queue."""

import os
from typing import TYPE_CHECKING, Any, Protocol

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography import aws
from choreography.errors import Permanent, PoisonMessage, Retryable
from choreography.metrics import Metric, count
from choreography.reporting import reported
from contracts.catalogue import ContractError, UnknownType, correlation_id, read
from contracts.envelope import Event

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

WAIT_SECONDS = 60
"""The longest wait between two attempts."""
REQUEUE_AFTER = 5
"""Receives after which a waiting message is sent anew: fewer than any queue's `maxReceiveCount`, so that
what can still succeed is never dead-lettered, however long it takes."""

logger = Logger()


class Handles(Protocol):
    """What `Participant` does with an event."""

    def handle(self, event: Event[Any]) -> tuple[str, ...] | None: ...


@reported()
def consume(event: dict[str, Any], context: LambdaContext, participant: Handles) -> dict[str, Any]:
    """Handles an SQS batch; the answer lists the messages to deliver again.

    Environment: QUEUE_URL and DEAD_LETTER_QUEUE_URL, the queue that the batch is from and its dead letters.
    """
    return dict(
        process_partial_response(
            event=event,
            record_handler=_Handler(participant),
            processor=BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
            context=context,
        )
    )


class _Handler:
    def __init__(self, participant: Handles) -> None:
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
                    "ignored", extra={"reason": str(error), "correlation_id": correlation_id(record.body)}
                )
            else:
                with logger.append_context_keys(
                    order_id=event.order_id, type=event.type, correlation_id=event.correlationid
                ):
                    self._handle(record, event, attempt)

    def _handle(self, record: SQSRecord, event: Event[Any], attempt: int) -> None:
        try:
            emitted = self._participant.handle(event)
        except Permanent as error:
            _give_up(record, error)
        except Retryable as error:
            logger.warning("waiting", extra={"reason": str(error)})
            count(Metric.MESSAGES_WAITING)
            if attempt >= REQUEUE_AFTER:
                _send_anew(record)
                return
            _come_back(record, min(2**attempt, WAIT_SECONDS))
            raise
        except Exception:
            logger.exception("failed")
            count(Metric.MESSAGES_FAILED)
            raise
        else:
            if emitted is None:
                logger.info("nothing new")
            else:
                logger.info("handled", extra={"emitted": emitted})


def _give_up(record: SQSRecord, error: Permanent) -> None:
    _dead_letter(record, f"{type(error).__name__}: {error}")
    logger.error("dead-lettered", extra={"reason": str(error)})
    count(Metric.MESSAGES_DEAD_LETTERED)


def _come_back(record: SQSRecord, seconds: int) -> None:
    # Without this the message would stay hidden for the rest of its visibility timeout.
    aws.sqs().change_message_visibility(
        QueueUrl=os.environ["QUEUE_URL"], ReceiptHandle=record.receipt_handle, VisibilityTimeout=seconds
    )


def _send_anew(record: SQSRecord) -> None:
    # A crash before the old message is deleted makes a duplicate, which the idempotency record absorbs.
    aws.sqs().send_message(
        QueueUrl=os.environ["QUEUE_URL"],
        MessageBody=record.body,
        MessageAttributes=_attributes(record),
        DelaySeconds=WAIT_SECONDS,
    )


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
