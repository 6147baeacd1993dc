"""Corrections to moto's SNS: the messages that a subscription delivers, and its attributes."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from moto.core.exceptions import ServiceException
from moto.sns.models import SNSBackend, Subscription
from moto.sqs.models import sqs_backends

from infra.local.aws import endpoint_urls, function_targets
from infra.local.model.credentials import ACCOUNT

SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
PRINCIPAL = f"arn:aws:iam::{ACCOUNT}:user/local"

_publish = Subscription.publish
_publish_each = SNSBackend.publish_batch
_attributes = SNSBackend.get_subscription_attributes


def patches() -> Iterator[Any]:
    yield patch.object(Subscription, "publish", _deliver)
    yield patch.object(SNSBackend, "publish_batch", _publish_batch)
    yield patch.object(SNSBackend, "get_subscription_attributes", _get_attributes)


def _deliver(
    subscription: Any,
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: Mapping[str, Any] | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    message_structure: str | None = None,
) -> None:
    """Delivers to a queue or function, or else to the subscription's dead-letter queue.

    The publisher gets no error. A deleted queue is a client error, which SNS does not retry:
    https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    """
    if subscription.protocol not in ("sqs", "lambda"):
        _publish(
            subscription,
            message,
            message_id,
            subject,
            message_attributes,
            group_id,
            deduplication_id,
            message_structure,
        )
        return
    matcher = subscription._filter_policy_matcher
    if matcher is not None and not matcher.matches(message_attributes, message):
        return
    if message_structure == "json":
        message = subscription._parse_message_structure(message, subscription.protocol)
    content, raw = message, subscription.attributes.get("RawMessageDelivery")
    if subscription.protocol == "lambda":
        envelope = _envelope(subscription, message, message_id, subject, message_attributes)
        if function_targets.deliver(
            subscription.endpoint, function_targets.event(subscription.arn, json.loads(envelope))
        ):
            return
    if not raw:
        message = _envelope(subscription, message, message_id, subject, message_attributes)
    attributes = _sqs_attributes(message_attributes or {}) if raw else {}
    if group_id and str(subscription.topic.content_based_deduplication).lower() == "true":
        deduplication_id = deduplication_id or hashlib.sha256(content.encode()).hexdigest()
    queues = [subscription.endpoint] if subscription.protocol == "sqs" else []
    for queue_arn in (*queues, _dead_letter_queue(subscription)):
        if queue_arn and _sent(queue_arn, message, attributes, group_id, deduplication_id):
            return


def _sent(
    queue_arn: str,
    body: str,
    attributes: dict[str, Any],
    group_id: str | None,
    deduplication_id: str | None,
) -> bool:
    _, _, _, region, account, name = queue_arn.split(":")
    try:
        sqs_backends[account][region].send_message(
            name,
            body,
            message_attributes=attributes,
            group_id=group_id,
            deduplication_id=deduplication_id,
            validate_group_id=False,
        )
    except ServiceException:
        return False
    return True


def _dead_letter_queue(subscription: Any) -> str | None:
    policy: dict[str, str] = json.loads(subscription.attributes.get("RedrivePolicy") or "{}")
    return policy.get("deadLetterTargetArn")


def _sqs_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Message attributes of SNS in the form of SQS. moto keeps a binary value as base64."""
    return {
        name: {"DataType": given["Type"], "BinaryValue": base64.b64decode(given["Value"])}
        if given["Type"].startswith("Binary")
        else {"DataType": given["Type"], "StringValue": str(given["Value"])}
        for name, given in attributes.items()
    }


def _envelope(
    subscription: Any,
    message: str,
    message_id: str,
    subject: str | None,
    attributes: Mapping[str, Any] | None,
) -> str:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html"""
    envelope = subscription.get_post_data(message, message_id, subject, message_attributes=attributes)
    base = endpoint_urls.base_url("sns")
    envelope["SigningCertURL"] = f"{base}/{envelope['SigningCertURL'].rpartition('/')[2]}"
    envelope["UnsubscribeURL"] = f"{base}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}"
    _sign(subscription, envelope)
    return json.dumps(envelope, indent=2, separators=(",", " : "))


def _sign(subscription: Any, envelope: dict[str, Any]) -> None:
    """Signs with SHA1 unless the topic has version 2. moto always uses version 2, and leaves out the subject.

    https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
    """
    version = str(getattr(subscription.topic, "signature_version", "1"))
    signed = "".join(f"{name}\n{envelope[name]}\n" for name in SIGNED if name in envelope)
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()
    signature = subscription.private_key().sign(signed.encode(), padding.PKCS1v15(), digest)
    envelope |= {"SignatureVersion": version, "Signature": base64.b64encode(signature).decode()}


def _publish_batch(
    backend: Any, topic_arn: str, publish_batch_request_entries: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lists each entry as successful or failed. moto lists no entry that raises an unexpected exception."""
    successful, failed = _publish_each(backend, topic_arn, publish_batch_request_entries)
    listed = {entry["Id"] for entry in (*successful, *failed)}
    unexpected = {"Code": "InternalError", "Message": "The message was not published", "SenderFault": False}
    lost = [each["Id"] for each in publish_batch_request_entries if each["Id"] not in listed]
    return successful, [*failed, *({"Id": entry_id, **unexpected} for entry_id in lost)]


def _get_attributes(backend: Any, arn: str) -> dict[str, Any]:
    return {**_attributes(backend, arn), "SubscriptionPrincipal": PRINCIPAL}
