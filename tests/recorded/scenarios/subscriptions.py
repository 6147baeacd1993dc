"""The requests of the recorded tests of subscriptions.

Each function has the name of its test. The facts are from
LocalStack's tests/aws/services/sns/test_sns.py.
"""

from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from tests.local.endpoint import queue_arn
from tests.recorded.scenarios.local_aws import LocalAws, ask
from tests.recorded.scenarios.subscribed_queue import Answers, SubscribedQueue

GONE = f"arn:aws:sns:{REGION}:{ACCOUNT}:gone"
NO_SUBSCRIPTION = f"{GONE}:00000000-0000-4000-8000-000000000000"
RAW = {"RawMessageDelivery": "true"}


def _subscribe(aws: LocalAws, topic: str, endpoint: str = "", protocol: str = "sqs", **given: Any) -> Any:
    arn = endpoint or queue_arn("queue")
    return ask(
        aws.sns.subscribe,
        TopicArn=topic,
        Protocol=protocol,
        Endpoint=arn,
        ReturnSubscriptionArn=True,
        **given,
    )


def _attributes(aws: LocalAws, subscription: str) -> Any:
    arn = subscription.replace("111111111111", ACCOUNT)
    return ask(aws.sns.get_subscription_attributes, SubscriptionArn=arn)


def create_subscriptions_with_attributes(aws: LocalAws, _: str) -> Answers:
    topic = aws.topic()
    made = _subscribe(aws, topic, Attributes=RAW)
    wrong = {"RawMessageDelivery": "wrongvalue"}
    return {
        "subscribe": made,
        "get-attrs": _attributes(aws, made["SubscriptionArn"]),
        "subscribe-wrong-attr": _subscribe(aws, topic, queue_arn("other"), Attributes=wrong),
        "get-attrs-nonexistent-sub": _attributes(aws, NO_SUBSCRIPTION),
    }


def not_found_error_on_set_subscription_attributes(aws: LocalAws, _: str) -> Answers:
    topic = aws.topic()
    made = _subscribe(aws, topic)
    arn = made["SubscriptionArn"].replace("111111111111", ACCOUNT)
    found = {"sub": made, "sub-attrs": _attributes(aws, arn)}
    found["subscriptions-for-topic-before-unsub"] = ask(aws.sns.list_subscriptions_by_topic, TopicArn=topic)
    aws.sns.unsubscribe(SubscriptionArn=arn)
    found["subscriptions-for-topic-after-unsub"] = ask(aws.sns.list_subscriptions_by_topic, TopicArn=topic)
    change = {"AttributeName": "RawMessageDelivery", "AttributeValue": "true"}
    refused = ask(aws.sns.set_subscription_attributes, SubscriptionArn=arn, **change)
    return {**found, "sub-not-found": refused}


def subscribe_idempotency(aws: LocalAws, _: str) -> Answers:
    topic = aws.topic()
    made = _subscribe(aws, topic, Attributes=RAW)
    return {
        "subscribe": made,
        "get-sub-attrs": _attributes(aws, made["SubscriptionArn"]),
        "subscribe-exact-same-raw": _subscribe(aws, topic, Attributes=RAW),
        "subscribe-idempotent": _subscribe(aws, topic, Attributes=RAW),
        "subscribe-idempotent-no-attributes": _subscribe(aws, topic),
        "subscribe-idempotent-empty-attributes": _subscribe(aws, topic, Attributes={}),
        "subscribe-missing-attributes": _subscribe(aws, topic, Attributes={}),
        "subscribe-diff-attributes": _subscribe(aws, topic, Attributes={"RawMessageDelivery": "false"}),
    }


def subscribe_with_invalid_protocol(aws: LocalAws, _: str) -> Answers:
    return {"exception": _subscribe(aws, aws.topic(), "test@example.com", "test-protocol")}


def subscribe_with_invalid_topic(aws: LocalAws, _: str) -> Answers:
    return {
        "invalid-subscribe-arn-1": _subscribe(aws, "randomstring"),
        "invalid-subscribe-arn-2": _subscribe(aws, "arn:aws:sns:us-east-1:random"),
        "non-existent-topic": _subscribe(aws, GONE),
    }


def unsubscribe_from_non_existing_subscription(aws: LocalAws, _: str) -> Answers:
    return {"empty-unsubscribe": ask(aws.sns.unsubscribe, SubscriptionArn=NO_SUBSCRIPTION)}


def unsubscribe_idempotency(aws: LocalAws, _: str) -> Answers:
    arn = SubscribedQueue(aws).arn
    first = ask(aws.sns.unsubscribe, SubscriptionArn=arn)
    return {"unsubscribe-1": first, "unsubscribe-2": ask(aws.sns.unsubscribe, SubscriptionArn=arn)}


def validate_set_sub_attributes(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws)
    return {
        "fake-attribute": it.set("FakeAttribute", "test-value"),
        "raw-message-wrong-value": it.set("RawMessageDelivery", "test-ValUe"),
        "raw-message-empty-value": it.set("RawMessageDelivery", ""),
        "invalid-json-filter-policy": it.set("FilterPolicy", "{invalidjson}"),
        "invalid-json-redrive-policy": it.set("RedrivePolicy", "{invalidjson}"),
        "fake-arn-redrive-policy": it.set("RedrivePolicy", '{"deadLetterTargetArn": "fake-arn"}'),
    }


def creating_subscription_with_attributes(aws: LocalAws, _: str) -> Answers:
    made = _subscribe(aws, aws.topic(), Attributes=RAW)
    return {"subscription-with-attributes": _attributes(aws, made["SubscriptionArn"])}


def set_subscription_attributes(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, raw=True)
    return {"set-subscription-attributes": it.attributes()}


def subscribe_attributes(aws: LocalAws, _: str) -> Answers:
    return {"get-subscription-attributes": SubscribedQueue(aws).attributes()}


def get_subscription_attributes_error_not_exists(aws: LocalAws, _: str) -> Answers:
    return {"get-sub-attrs-nonexistent": _attributes(aws, NO_SUBSCRIPTION)}


def getting_subscriptions_by_topic(aws: LocalAws, _: str) -> Answers:
    topic = SubscribedQueue(aws).topic
    return {"list-subscriptions-by-topic": ask(aws.sns.list_subscriptions_by_topic, TopicArn=topic)}


def list_opted_out(aws: LocalAws, _: str) -> Answers:
    return {"list-opted-out": ask(aws.sns.list_phone_numbers_opted_out)}


def subscribe_invalid_filter_policy(aws: LocalAws, _: str) -> Answers:
    refused = _subscribe(aws, aws.topic(), Attributes={"FilterPolicy": "invalid"})
    return {"subscribe-invalid-filter-policy": refused}


def subscribe_sqs_queue_url(aws: LocalAws, _: str) -> Answers:
    return {"subscribe-sqs-via-url-error": _subscribe(aws, aws.topic(), aws.queue())}


def subscribe_to_sqs_with_queue_url(aws: LocalAws, _: str) -> Answers:
    return {"sub-queue-url": _subscribe(aws, aws.topic(), aws.queue())}


def subscribe_unknown_sqs_queue(aws: LocalAws, _: str) -> Answers:
    topic = aws.topic()
    return {
        "subscribe-unknown-sqs": _subscribe(aws, topic, queue_arn("gone")),
        "subscribe-unknown-sqs-invalid_arn": _subscribe(aws, topic, "arn:aws:sqs:gone"),
    }


def subscribe_unknown_topic(aws: LocalAws, _: str) -> Answers:
    return {"subscribe-unknown-topic": _subscribe(aws, GONE)}


def unsubscribe_from_deleted_topic(aws: LocalAws, _: str) -> Answers:
    return {"unsubscribe-deleted-topic": ask(aws.sns.unsubscribe, SubscriptionArn="gone")}


def double_subscription(aws: LocalAws, _: str) -> Answers:
    topic = aws.topic("double-sub-befdfdff")
    first, second = _subscribe(aws, topic), _subscribe(aws, topic)
    return {"double-subscription-first": first, "double-subscription-second": second}


def delete_subscriptions_on_delete_topic(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, raw=True)
    aws.sns.delete_topic(TopicArn=it.topic)
    return {"get-sub-after-topic-delete": it.attributes()}
