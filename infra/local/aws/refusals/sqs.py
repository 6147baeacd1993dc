"""The requests that SQS refuses.

Quotas: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
The maximum message size has been 1 MiB since August 2025. The error messages are AWS's, from answers that
LocalStack's tests recorded, or else from AWS's API reference.
"""

import re
from collections.abc import Mapping
from typing import Any

from moto.core.utils import unix_time

from infra.local.aws.refusals import resources
from infra.local.aws.refusals.checks import (
    Check,
    Refusal,
    Request,
    attributes_bytes,
    first_duplicate,
    is_number,
    size_bytes,
)

LARGEST_BYTES = 1024 * 1024
"""The maximum size of a message, and of all messages of a batch together."""
MOST_ENTRIES = 10
MOST_ATTRIBUTES = 10
LONGEST_VISIBILITY_SECONDS = 12 * 60 * 60
SECONDS_BETWEEN_PURGES = 60

PREFIX = "AWS.SimpleQueueService."
UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
ATTRIBUTE_NAME = re.compile(r"(?!aws\.|amazon\.)(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)", re.IGNORECASE)

NUMBERS = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1024, LARGEST_BYTES),
    "MessageRetentionPeriod": (60, 14 * 24 * 60 * 60),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, LONGEST_VISIBILITY_SECONDS),
    "KmsDataKeyReusePeriodSeconds": (60, 24 * 60 * 60),
}
"""The numeric attributes of a queue, each with its minimum and maximum."""
OTHER_ATTRIBUTES = {"Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "SqsManagedSseEnabled"}
FIFO_ATTRIBUTES = {"FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"}


UNPRINTABLE_FOUND = (
    "Invalid characters found. Valid unicode characters are "
    "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
)
ENTRY_ID_RULE = (
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
    "It can be at most 80 letters long."
)


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterValue", message)


def _beyond(parameter: str, value: Any, rule: str) -> Refusal:
    return _invalid(f"Value {value} for parameter {parameter} is invalid. Reason: {rule}")


def _attribute(name: str, wrong: str) -> Refusal:
    return _invalid(f"Message (user) attribute '{name}' {wrong}")


def message(
    given: Mapping[str, Any], largest_bytes: int, lead: str = "One or more parameters are invalid."
) -> None:
    """Checks the parameters that SendMessage and each entry of SendMessageBatch have in common."""
    body, attributes = given.get("MessageBody") or "", given.get("MessageAttributes") or {}
    if not body:
        raise Refusal("MissingParameter", "The request must contain the parameter MessageBody.")
    if size_bytes(body) + attributes_bytes(attributes) > largest_bytes:
        raise _invalid(f"{lead} Reason: Message must be shorter than {largest_bytes} bytes.")
    if UNPRINTABLE.search(body):
        raise Refusal("InvalidMessageContents", UNPRINTABLE_FOUND)
    delay_seconds = int(given.get("DelaySeconds") or 0)
    if not 0 <= delay_seconds <= 900:
        raise _beyond("DelaySeconds", delay_seconds, "DelaySeconds must be >= 0 and <= 900.")
    _attributes(attributes)


def _attributes(attributes: Mapping[str, Mapping[str, Any]]) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html"""
    if len(attributes) > MOST_ATTRIBUTES:
        sent = f"Number of message attributes [{len(attributes)}]"
        raise _invalid(f"{sent} exceeds the allowed maximum [{MOST_ATTRIBUTES}].")
    for name, value in attributes.items():
        if not ATTRIBUTE_NAME.fullmatch(name):
            raise _invalid(f"The message (user) attribute name '{name}' is invalid.")
        _attribute_value(name, value)


def _attribute_value(name: str, value: Mapping[str, Any]) -> None:
    data_type, text = str(value.get("DataType") or ""), value.get("StringValue") or ""
    kind = data_type.partition(".")[0]
    if kind not in ("String", "Number", "Binary"):
        prefixes = "You must use only the following supported type prefixes: Binary, Number, String."
        raise _invalid(f"The type of message (user) attribute '{name}' is invalid. {prefixes}")
    if not (value.get("BinaryValue") if kind == "Binary" else text):
        raise _attribute(name, f"must contain a non-empty value of type '{data_type}'.")
    if UNPRINTABLE.search(text):
        raise _attribute(name, "contains characters that are not allowed.")
    if kind == "Number" and not is_number(text):
        raise _invalid(f"Can't cast the value of message (user) attribute '{name}' to a number.")


def _sent_message(request: Request) -> None:
    queue = resources.queue(request["QueueUrl"])
    if queue is not None:
        message(request, queue.maximum_message_size)


def entry(queue_url: str, given: Mapping[str, Any]) -> None:
    """Checks an entry of SendMessageBatch. SQS refuses the entry alone, and sends the others."""
    queue = resources.queue(queue_url)
    if queue is not None:
        lead = "One or more parameters cannot be validated."
        message(given, queue.maximum_message_size, lead)


def _batch(what: str) -> Check:
    def check(request: Request) -> None:
        ids = [str(each.get("Id", "")) for each in request["Entries"]]
        if not ids:
            rule = f"There should be at least one {what}BatchRequestEntry in the request."
            raise Refusal(f"{PREFIX}EmptyBatchRequest", rule)
        if len(ids) > MOST_ENTRIES:
            rule = f"Maximum number of entries per request are {MOST_ENTRIES}. You have sent {len(ids)}."
            raise Refusal(f"{PREFIX}TooManyEntriesInBatchRequest", rule)
        if not all(ENTRY_ID.fullmatch(each) for each in ids):
            raise Refusal(f"{PREFIX}InvalidBatchEntryId", ENTRY_ID_RULE)
        repeated = first_duplicate(ids)
        if repeated is not None:
            raise Refusal(f"{PREFIX}BatchEntryIdsNotDistinct", f"Id {repeated} repeated.")

    return check


def _batch_size(request: Request) -> None:
    sent = sum(
        size_bytes(each.get("MessageBody") or "") + attributes_bytes(each.get("MessageAttributes"))
        for each in request["Entries"]
    )
    if sent > LARGEST_BYTES:
        rule = f"Batch requests cannot be longer than {LARGEST_BYTES} bytes."
        raise Refusal(f"{PREFIX}BatchRequestTooLong", f"{rule} You have sent {sent} bytes.")


def _received(request: Request) -> None:
    most, wait = request.get("MaxNumberOfMessages"), request.get("WaitTimeSeconds")
    if most is not None and not 1 <= int(most) <= MOST_ENTRIES:
        raise _beyond("MaxNumberOfMessages", most, "Must be between 1 and 10, if provided.")
    if wait is not None and not 0 <= int(wait) <= 20:
        raise _beyond("WaitTimeSeconds", wait, "Must be >= 0 and <= 20, if provided.")
    _visibility(request)


def _visibility(request: Request) -> None:
    seconds, most = request.get("VisibilityTimeout"), LONGEST_VISIBILITY_SECONDS
    if seconds is not None and not 0 <= int(seconds) <= most:
        raise _beyond("VisibilityTimeout", seconds, f"Must be between 0 and {most}, if provided.")


def _queue_attributes(request: Request) -> None:
    name = request.get("QueueName") or request.get("QueueUrl", "")
    known = NUMBERS.keys() | OTHER_ATTRIBUTES | (FIFO_ATTRIBUTES if name.endswith(".fifo") else set())
    for attribute, value in (request.get("Attributes") or {}).items():
        if attribute not in known:
            raise Refusal("InvalidAttributeName", f"Unknown Attribute {attribute}.")
        least, most = NUMBERS.get(attribute, (0, 0))
        is_whole = re.fullmatch(r"-?\d+", str(value)) is not None
        if attribute in NUMBERS and not (is_whole and least <= int(value) <= most):
            raise Refusal("InvalidAttributeValue", f"Invalid value for the parameter {attribute}.")


def _same_queue(request: Request) -> None:
    """Refuses other attributes for an existing queue. With the same ones, CreateQueue returns its URL."""
    queue = resources.queue(request["QueueName"])
    if queue is None:
        return
    has = queue.attributes
    for attribute, value in (request.get("Attributes") or {}).items():
        same = str(value).lower() == str(has.get(attribute, "")).lower()
        if attribute not in ("RedrivePolicy", "Policy") and not same:
            there = "A queue already exists with the same name and a different value for attribute"
            raise Refusal("QueueAlreadyExists", f"{there} {attribute}")


def _purged(request: Request) -> None:
    queue = resources.queue(request["QueueUrl"])
    if queue is None or queue.last_purged_at is None:
        return
    if unix_time() - queue.last_purged_at < SECONDS_BETWEEN_PURGES:
        rule = f"Only one PurgeQueue operation on {queue.name} is allowed every 60 seconds."
        raise Refusal(f"{PREFIX}PurgeQueueInProgress", rule, status=403)


CHECKS: dict[tuple[str, str], tuple[Check, ...]] = {
    ("sqs", "ChangeMessageVisibility"): (_visibility,),
    ("sqs", "ChangeMessageVisibilityBatch"): (_batch("ChangeMessageVisibility"),),
    ("sqs", "CreateQueue"): (_queue_attributes, _same_queue),
    ("sqs", "DeleteMessageBatch"): (_batch("DeleteMessage"),),
    ("sqs", "PurgeQueue"): (_purged,),
    ("sqs", "ReceiveMessage"): (_received,),
    ("sqs", "SendMessage"): (_sent_message,),
    ("sqs", "SendMessageBatch"): (_batch("SendMessage"), _batch_size),
    ("sqs", "SetQueueAttributes"): (_queue_attributes,),
}
