"""The requests of the recorded tests of filter policies on attributes.

Each function has the name of its test. The facts are from
LocalStack's tests/aws/services/sns/test_sns_filter_policy.py.
"""

import json

from tests.recorded.scenarios.local_aws import LocalAws, ask
from tests.recorded.scenarios.subscribed_queue import IN_RANGE, Answers, SubscribedQueue, a_number


def set_subscription_filter_policy_scope(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws)
    usual = it.attributes()
    it.set("FilterPolicyScope", "MessageBody")
    body = it.attributes()
    refused = it.set("FilterPolicyScope", "RandomValue")
    it.filter({"attr": ["match-this"]})
    return {
        "sub-attrs-default": usual,
        "sub-attrs-filter-scope-body": body,
        "sub-attrs-filter-scope-error": refused,
        "sub-attrs-after-setting-policy": it.attributes(),
    }


def sub_filter_policy_nested_property(aws: LocalAws, _: str) -> Answers:
    it, policy = SubscribedQueue(aws), {"object": {"key": [{"prefix": "auto-"}]}}
    refused = it.filter(policy)
    it.set("FilterPolicyScope", "MessageBody")
    it.filter(policy)
    return {
        "sub-filter-policy-nested-error": refused,
        "sub-attrs-after-setting-nested-policy": it.attributes(),
    }


def sub_filter_policy_nested_property_constraints(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, scope="MessageBody")
    many = {"a": {"b": {"c": ["x"] * 4}}, "d": {"e": ["x"] * 3}, "f": ["x"] * 3}
    return {
        "sub-filter-policy-nested-error-too-many-combinations": it.filter(many),
        "sub-filter-policy-max-attr-keys": it.filter({f"key_{name}": ["x"] for name in "abcdef"}),
        "sub-filter-policy-rule-no-list": it.filter({"key_a": "value_one"}),
    }


def filter_policy(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, IN_RANGE)
    found = {"subscription-attributes": it.attributes(), "messages-0": it.receive()}
    it.publish("This is a test message", attr1=a_number("99"))
    found["messages-1"] = it.receive()
    it.publish("This is another test message", attr1=a_number("111"))
    found["messages-2"] = it.receive_and_delete()
    it.filter({"attr1": [None, {"anything-but": "whatever"}]})
    found["subscription-attributes-2"] = it.attributes()
    it.publish("This the test message for null")
    found["messages-3"] = it.receive()
    it.set("FilterPolicy", "")
    it.publish("This the test message for null")
    return {**found, "messages-4": it.receive()}


def exists_filter_policy(aws: LocalAws, _: str) -> Answers:
    it, both = (
        SubscribedQueue(aws, {"store": [{"exists": True}]}),
        {"store": a_number("99"), "def": a_number("99")},
    )
    found = {"subscription-attributes-policy-1": it.attributes(), "messages-0": it.receive()}
    it.publish("message-1", **both)
    found["messages-1"] = it.receive()
    it.publish("message-2", attr1=a_number("111"))
    found["messages-2"] = it.receive_and_delete()
    it.filter({"store": [{"exists": False}]})
    found["subscription-attributes-policy-2"] = it.attributes()
    it.publish("message-3", **{"def": a_number("99")})
    found["messages-3"] = it.receive()
    it.publish("message-4", **both)
    return {**found, "messages-4": it.receive()}


def exists_filter_policy_attributes_array(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, {"store": ["value1"]}, raw=True)
    found = {"subscription-attributes-policy": it.attributes(), "messages-init": it.receive()}
    it.publish("message-1", store={"DataType": "String", "StringValue": "value1"})
    found["messages-1"] = it.receive_and_delete()
    for name, values in (("message-2", ["value1", "value2"]), ("message-3", ["value2", "value3"])):
        it.publish(name, store={"DataType": "String.Array", "StringValue": json.dumps(values)})
        found[name.replace("message", "messages")] = it.receive_and_delete()
    return found


def filter_policy_for_batch(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, IN_RANGE)
    other = aws.queue("other", VisibilityTimeout="0")
    subscription = aws.subscribe(it.topic, "other")
    found = {
        "subscription-attributes-with-filter": it.attributes(),
        "subscription-attributes-no-filter": ask(
            aws.sns.get_subscription_attributes, SubscriptionArn=subscription
        ),
        "messages-no-filter-before-publish": aws.receive(other),
        "messages-with-filter-before-publish": it.receive(),
    }
    _publish_one(aws, it.topic, "This is a test message", "99")
    found["messages-no-filter-after-publish-ok"] = aws.receive(other)
    found["messages-with-filter-after-publish-ok"] = it.receive_and_delete()
    handle = found["messages-no-filter-after-publish-ok"]["Messages"][0]["ReceiptHandle"]
    aws.sqs.delete_message(QueueUrl=other, ReceiptHandle=handle)
    _publish_one(aws, it.topic, "This is another test message", "111")
    found["messages-no-filter-after-publish-ok-1"] = aws.receive(other)
    return {**found, "messages-with-filter-after-publish-filtered": it.receive()}


def _publish_one(aws: LocalAws, topic: str, message: str, number: str) -> None:
    entry = {"Id": "1", "Message": message, "MessageAttributes": {"attr1": a_number(number)}}
    aws.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[entry])
