"""The requests that SNS refuses.

A message has at most 256 KiB, or the topic's MaximumMessageSize, and so has a batch:
https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html. The error messages are AWS's,
from answers that LocalStack's tests recorded, or else from AWS's API reference.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from infra.local.aws.refusals import filter_policies, message_attributes, resources
from infra.local.aws.refusals.checks import (
    Check,
    Refusal,
    Request,
    attributes_bytes,
    first_duplicate,
    size_bytes,
)

USUAL_BYTES = 256 * 1024
MOST_ENTRIES = 10
LONGEST_ID = 80
LONGEST_SUBJECT = 100

PROTOCOLS = {"application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"}
SUBSCRIPTION_ATTRIBUTES = {
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "ReplayPolicy",
    "SubscriptionRoleArn",
}
SCOPES = {"MessageAttributes", "MessageBody"}

NOT_JSON = "Message Structure - JSON message body failed to parse"
NO_DEFAULT = "Message Structure - No default entry in JSON message body"


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidParameter", f"Invalid parameter: {message}")


def _arn(parameter: str) -> Check:
    def check(request: Request) -> None:
        parts = len(str(request.get(parameter, "")).split(":"))
        if parameter in request and parts < 6:
            raise _invalid(f"{parameter} Reason: An ARN must have at least 6 elements, not {parts}")

    return check


def _topic(request: Request) -> None:
    arn = request.get("TopicArn")
    if arn is not None and resources.topic(arn) is None:
        raise Refusal("NotFound", "Topic does not exist")


def _published(request: Request) -> None:
    target = request.get("TargetArn")
    if target is not None and ":endpoint/" in target and request.get("TopicArn") is None:
        raise _invalid("TargetArn Reason: No endpoint found for the target arn specified")
    largest = _largest_bytes(request.get("TopicArn") or target)
    if (
        size_bytes(request.get("Message") or "") + attributes_bytes(request.get("MessageAttributes"))
        > largest
    ):
        raise _invalid("Message too long")
    _message(request, "messageAttributes")


def _largest_bytes(topic_arn: str | None) -> int:
    return int(getattr(resources.topic(topic_arn or ""), "maximum_message_size", USUAL_BYTES))


def _message(given: Mapping[str, Any], place: str) -> None:
    """Checks the parameters that Publish and each entry of PublishBatch have in common."""
    message = given.get("Message") or ""
    if not message:
        raise _invalid("Empty message")
    subject = given.get("Subject")
    if subject is not None and not re.fullmatch(rf"[ -~]{{1,{LONGEST_SUBJECT}}}", subject):
        raise _invalid("Subject")
    if given.get("MessageStructure") == "json":
        _structure(message)
    for name, value in (given.get("MessageAttributes") or {}).items():
        message_attributes.check(name, value, place)


def _structure(message: str) -> None:
    """Checks a message for each protocol: its default must be text."""
    try:
        parts = json.loads(message)
    except ValueError:
        raise _invalid(NOT_JSON) from None
    if not isinstance(parts, dict) or not isinstance(parts.get("default"), str):
        raise _invalid(NO_DEFAULT)


def _batch(request: Request) -> None:
    entries = request.get("PublishBatchRequestEntries") or []
    ids = [str(entry.get("Id", "")) for entry in entries]
    if not entries:
        raise Refusal("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(entries) > MOST_ENTRIES:
        raise Refusal(
            "TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible."
        )
    if first_duplicate(ids) is not None:
        raise Refusal(
            "BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id."
        )
    for each in ids:
        if len(each) > LONGEST_ID:
            wrong = f"is too long: {each}"
        elif not re.fullmatch(r"[A-Za-z0-9_-]+", each):
            wrong = f"contains an impermissible character: {each}"
        else:
            continue
        raise Refusal("InvalidBatchEntryId", f"The Id of a batch entry in the batch request {wrong}")


def _batch_size(request: Request) -> None:
    sent = sum(
        size_bytes(entry.get("Message") or "") + attributes_bytes(entry.get("MessageAttributes"))
        for entry in request["PublishBatchRequestEntries"]
    )
    if sent > _largest_bytes(request["TopicArn"]):
        raise Refusal(
            "BatchRequestTooLong", "The length of all the messages put together is more than the limit."
        )


def _batch_messages(request: Request) -> None:
    for number, entry in enumerate(request["PublishBatchRequestEntries"], start=1):
        _message(entry, f"publishBatchRequestEntries.{number}.member.messageAttributes")


def _subscribed(request: Request) -> None:
    protocol, endpoint = request["Protocol"], request.get("Endpoint") or ""
    if protocol not in PROTOCOLS:
        raise _invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if protocol == "sqs" and not re.fullmatch(r"arn:[\w-]+:sqs:[\w-]+:\d+:[\w.-]+", endpoint):
        raise _invalid("SQS endpoint ARN")
    attributes = {**(request.get("Attributes") or {})}
    for name, value in attributes.items():
        _subscription_attribute(name, value, "Attributes Reason: ", attributes.get("FilterPolicyScope"))
    _same_subscription(request, attributes)


def _same_subscription(request: Request, attributes: Mapping[str, str]) -> None:
    """Refuses other attributes for an existing subscription. With the same ones, SNS returns its ARN."""
    for each in resources.subscriptions(request["TopicArn"]):
        if (each.protocol, each.endpoint) == (request["Protocol"], request.get("Endpoint")):
            has = {name: str(value).lower() for name, value in each.attributes.items()}
            if any(has.get(name) != value.lower() for name, value in attributes.items()):
                raise _invalid("Attributes Reason: Subscription already exists with different attributes")


def _set_attribute(request: Request) -> None:
    found = resources.subscription(request["SubscriptionArn"])
    if request["AttributeName"] not in SUBSCRIPTION_ATTRIBUTES:
        raise _invalid("AttributeName")
    if found is None:
        raise Refusal("NotFound", "Subscription does not exist")
    scope = found.attributes.get("FilterPolicyScope")
    _subscription_attribute(request["AttributeName"], request.get("AttributeValue") or "", "", scope)


def _subscription_attribute(name: str, value: str, lead: str, scope: str | None) -> None:
    if name not in SUBSCRIPTION_ATTRIBUTES:
        raise _invalid("AttributeName")
    if name == "RawMessageDelivery" and value not in ("true", "false"):
        raise _invalid(f"{lead}RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
    if name == "FilterPolicyScope" and value not in SCOPES:
        choice = "Please use either MessageBody or MessageAttributes"
        raise _invalid(f"{lead}FilterPolicyScope: Invalid value [{value}]. {choice}")
    if name == "FilterPolicy" and value:
        _filter_policy(_parsed(name, value, lead), lead, scope or "MessageAttributes")
    if name == "RedrivePolicy" and value:
        target = str(_parsed(name, value, lead).get("deadLetterTargetArn", ""))
        if not re.fullmatch(r"arn:[\w-]+:sqs:[\w-]+:\d+:[\w.-]+", target):
            raise _invalid(f"{lead}RedrivePolicy: deadLetterTargetArn is an invalid arn")


def _parsed(name: str, value: str, lead: str) -> dict[str, Any]:
    try:
        found = json.loads(value)
    except ValueError as error:
        # AWS's parser words the rest in another way.
        raise _invalid(f"{lead}{name}: failed to parse JSON. {error}") from None
    if not isinstance(found, dict):
        raise _invalid(f"{lead}{name}: failed to parse JSON. It must be an object")
    return found


def _filter_policy(policy: dict[str, Any], lead: str, scope: str) -> None:
    try:
        filter_policies.check(policy, nested=scope == "MessageBody")
    except filter_policies.Nested:
        raise _invalid(f"{lead}Filter policy scope {scope} does not support nested filter policy") from None
    except filter_policies.InvalidPolicy as error:
        raise _invalid(f"{lead}FilterPolicy: {error}") from None


CHECKS: dict[tuple[str, str], tuple[Check, ...]] = {
    ("sns", "GetTopicAttributes"): (_arn("TopicArn"),),
    ("sns", "ListSubscriptionsByTopic"): (_arn("TopicArn"), _topic),
    ("sns", "Publish"): (_arn("TopicArn"), _published, _topic),
    ("sns", "PublishBatch"): (_arn("TopicArn"), _topic, _batch, _batch_size, _batch_messages),
    ("sns", "SetSubscriptionAttributes"): (_arn("SubscriptionArn"), _set_attribute),
    ("sns", "Subscribe"): (_arn("TopicArn"), _topic, _subscribed),
    ("sns", "Unsubscribe"): (_arn("SubscriptionArn"),),
}
