"""The requests of the recorded tests of deliveries to queues.

Each function has the name of its test. The facts are from
LocalStack's tests/aws/services/sns/test_sns.py.
"""

import json

from tests.local.endpoint import queue_arn
from tests.recorded.scenarios.local_aws import LocalAws, ask
from tests.recorded.scenarios.subscribed_queue import IN_RANGE, Answers, SubscribedQueue, a_number

BINARY = {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"}
TRACE = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"
EVERY = {"MessageAttributeNames": ["All"]}


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def publish_message_before_subscribe_topic(aws: LocalAws, _: str) -> Answers:
    topic, url = aws.topic(), aws.queue()
    subject = "test-subject-after-sub"
    before = ask(aws.sns.publish, TopicArn=topic, Message="before", Subject=subject)
    aws.subscribe(topic, "queue")
    after = ask(aws.sns.publish, TopicArn=topic, Message="test_message_after", Subject=subject)
    return {
        "publish-before-subscribing": before,
        "publish-after-subscribing": after,
        "receive-messages": aws.receive(url, MaxNumberOfMessages=10),
    }


def attribute_raw_subscribe(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, raw=True)
    described = it.attributes()
    it.publish("This is a test message", store=BINARY)
    return {"subscription-attributes": described, "messages-response": it.receive(**EVERY)}


def message_attributes_not_missing(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, raw=True)
    attributes = {"an-attribute-key": _text("an-attribute-value"), "binary-attribute": BINARY}
    sent = {"TopicArn": it.topic, "Message": "text", "MessageAttributes": attributes}
    wanted = {**EVERY, "AttributeNames": ["All"]}
    found = {"publish-msg-raw": ask(aws.sns.publish, **sent)}
    found["raw-delivery-msg-attrs"] = it.receive(**wanted)
    it.delete(found["raw-delivery-msg-attrs"])
    it.set("RawMessageDelivery", "false")
    found["publish-msg-json"] = ask(aws.sns.publish, **sent)
    return {**found, "json-delivery-msg-attrs": it.receive(**wanted)}


def message_structure_json_to_sqs(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws)
    sqs = json.dumps({"default": "default field", "sqs": json.dumps({"field": "value"})})
    aws.sns.publish(TopicArn=it.topic, Message=sqs, MessageStructure="json")
    found = {"get-msg-json-sqs": it.receive_and_delete()}
    usual = json.dumps({"default": "default field"})
    aws.sns.publish(TopicArn=it.topic, Message=usual, MessageStructure="json")
    return {**found, "get-msg-json-default": it.receive()}


def publish_sqs_from_sns(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, raw=True)
    found = {"sub-attrs-raw-true": it.attributes()}
    it.publish("Test msg", attr1=a_number("99.12"))
    found["message-raw-true"] = it.receive(**EVERY)
    it.delete(found["message-raw-true"])
    it.set("RawMessageDelivery", "false")
    found["sub-attrs-raw-false"] = it.attributes()
    it.publish("Test msg", attr1=a_number("100.12"))
    return {**found, "message-raw-false": it.receive(**EVERY)}


def publish_unicode_chars(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws)
    it.publish('ö§a1"_!?,. £$-')
    return {"received-message": it.receive(**EVERY)}


def redrive_policy_sqs_queue_subscription(aws: LocalAws, raw: str) -> Answers:
    topic, dead = aws.topic(), aws.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": queue_arn("dead")})
    aws.subscribe(topic, "gone", RedrivePolicy=policy, RawMessageDelivery=raw.lower())
    attributes = {"attr1": a_number("111"), "attr2": BINARY}
    message = "test_dlq_after_sqs_endpoint_deleted"
    aws.sns.publish(TopicArn=topic, Message=message, MessageAttributes=attributes)
    return {"messages": aws.receive(dead, **EVERY, AttributeNames=["All"])}


def subscribe_sqs_queue(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, IN_RANGE)
    described = it.attributes()
    it.publish("This is a test message", attr1=a_number("99.12"))
    return {"subscription-attributes": described, "messages": it.receive()}


def subscription_after_failure_to_deliver(aws: LocalAws, _: str) -> Answers:
    it, dead = SubscribedQueue(aws), aws.queue("dead", VisibilityTimeout="0")
    found = {"subscriptions-attrs": it.attributes()}
    it.publish("test_dlq_before_sqs_endpoint_deleted")
    found["messages-before-delete"] = it.receive_and_delete()
    aws.sqs.delete_queue(QueueUrl=it.url)
    it.publish("lost")
    found["subscriptions"] = ask(aws.sns.list_subscriptions_by_topic, TopicArn=it.topic)
    it.set("RedrivePolicy", json.dumps({"deadLetterTargetArn": queue_arn("dead")}))
    found["subscriptions-attrs-with-redrive"] = it.attributes()
    for number in range(2):
        it.publish(f"test_dlq_after_sqs_endpoint_deleted_{number}")
        found[f"message-{number}-after-delete"] = aws.receive(dead)
        handle = found[f"message-{number}-after-delete"]["Messages"][0]["ReceiptHandle"]
        aws.sqs.delete_message(QueueUrl=dead, ReceiptHandle=handle)
    return found


def publish_sqs_from_sns_with_xray_propagation(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws)
    with aws.traced(aws.sns, TRACE):
        it.publish("X-Ray propagation test msg")
    names = ["SentTimestamp", "AWSTraceHeader"]
    return {"xray-msg": aws.first(it.url, AttributeNames=names)}
