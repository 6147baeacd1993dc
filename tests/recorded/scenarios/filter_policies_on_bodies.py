"""The requests of the recorded tests of filter policies on bodies.

Each function has the name of its test. The facts are from
LocalStack's tests/aws/services/sns/test_sns_filter_policy.py.
"""

from typing import Any

from tests.recorded.scenarios.local_aws import LocalAws
from tests.recorded.scenarios.subscribed_queue import Answers, SubscribedQueue


def filter_policy_on_message_body(aws: LocalAws, raw: str) -> Answers:
    policy = {
        "object": {"key": [{"prefix": "auto-"}, "hardcodedvalue"], "nested_key": [{"exists": False}]},
        "test": [{"exists": False}],
    }
    it = SubscribedQueue(aws, policy, "MessageBody", raw == "True")
    found = {"recv-init": it.receive()}
    for refused in (
        {"object": {"key": "test-auto"}},
        {"object": {"key": "auto-test"}, "test": "just-exists"},
        {"object": {"key": "auto-test", "nested_key": "just-exists"}},
        {"object": {"test": "auto-test"}},
        "no json",
    ):
        it.publish(refused)
    for number, key in enumerate(("auto-test", "hardcodedvalue")):
        it.publish({"object": {"key": key}})
        found[f"recv-passed-msg-{number}"] = it.receive_and_delete()
    return found


def filter_policy_on_message_body_dot_attribute(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, {"object.nested": ["string.value"]}, "MessageBody")
    found = {"recv-init": it.receive()}
    once = [{"object": {"nested": "string.value"}}, {"object.nested": "string.value"}]
    for number, message in enumerate(once):
        it.publish(message)
        found[f"recv-nested-msg-{number}"] = it.receive_and_delete()
    it.filter({"object.nested.test": ["string.value"]})
    twice = [
        {"object": {"nested": {"test": "string.value"}}},
        {"object.nested.test": "string.value"},
        {"object.nested": {"test": "string.value"}},
        {"object": {"nested.test": "string.value"}},
    ]
    for number, deep in enumerate(twice):
        it.publish(deep)
        found[f"recv-deep-nested-msg-{number}"] = it.receive_and_delete()
    return found


def filter_policy_on_message_body_array_attributes(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, {"headers": {"route-to": ["queue1"]}}, "MessageBody", raw=True)
    other = aws.queue("other", VisibilityTimeout="0")
    second = SubscribedQueue.__new__(SubscribedQueue)
    second.aws, second.url, second.topic = aws, other, it.topic
    second.arn = aws.subscribe(it.topic, "other")
    second.set("FilterPolicyScope", "MessageBody")
    second.filter({"headers": {"route-to": ["queue2"]}})
    second.set("RawMessageDelivery", "true")
    for routes in (["queue3"], ["queue1"], ["queue2"], ["queue1", "queue2"]):
        it.publish({"headers": {"route-to": routes}})
    return {"messages-queue-0": it.sorted(), "messages-queue-1": second.sorted()}


def filter_policy_on_message_body_or_attribute(aws: LocalAws, _: str) -> Answers:
    sources = {"scope": ["Service"], "$or": [{"source": ["aws.cloudwatch"]}, {"type": [CHANGED]}]}
    names = [{"metricName": ["CPUUtilization", "ReadLatency"]}, {"namespace": ["AWS/EC2", "AWS/ES"]}]
    it = SubscribedQueue(aws, {"$or": names, "detail": sources}, "MessageBody", raw=True)
    watched = {"scope": "Service", "source": "aws.cloudwatch"}
    for message in (
        {"metricName": "CPUUtilization", "detail": {"scope": "aws.cloudwatch", "type": CHANGED}},
        {"metricName": "CPUUtilization", "detail": {"scope": "Service", "type": "CPUUtilization"}},
        {"metricName": "CPUUtilization", "detail": {"type": CHANGED}},
        {"metricName": "CPUUtilization", "detail": {"scope": "Service"}},
        {"metricName": "CPUUtilization", "scope": "Service"},
        {"metricName": "CPUUtilization", "detail": watched},
        {"metricName": "ReadLatency", "detail": watched},
        {"namespace": "AWS/EC2", "detail": watched},
        {"namespace": "AWS/ES", "detail": watched},
        {"metricName": "CPUUtilization", "detail": {"scope": "Service", "type": CHANGED}},
        {"metricName": "AWS/EC2", "detail": {"scope": "Service", "type": CHANGED}},
        {"namespace": "CPUUtilization", "detail": {"scope": "Service", "type": CHANGED}},
    ):
        it.publish(message)
    return {"messages-queue": it.sorted()}


CHANGED = "CloudWatch Alarm State Change"


def filter_policy_ip_address_condition(aws: LocalAws, _: str) -> Answers:
    here = {"sourceIPAddress": [{"cidr": "10.0.0.0/24"}]}
    there = {"sourceIPAddressV6": [{"cidr": "2001:0db8:1234:1a00::/64"}]}
    it = SubscribedQueue(aws, {"detail": {"$or": [here, there]}}, "MessageBody", raw=True)
    details = {
        "1": {"sourceIPAddress": "10.0.0.255"},
        "2": {"sourceIPAddress": "10.0.0.256"},
        "3": {"sourceIPAddressV6": "2001:0db8:1234:1a00:0000:0000:0000:0000"},
        "4": {"sourceIPAddressV6": "2001:0db8:123f:1a01:0000:0000:0000:0000"},
    }
    for number, detail in details.items():
        it.publish(
            {
                "id": number,
                "source": "test-source",
                "detail-type": "test-detail-type",
                "account": "111111111111",
                "region": "my-region",
                "time": "2022-07-13T13:48:01Z",
                "detail": detail,
            }
        )
    return {"messages-queue": it.sorted()}


def filter_policy_empty_array_payload(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, {"detail": {"eventVersion": [""]}}, "MessageBody", raw=True)
    it.publish(
        {
            "version": "0",
            "id": "3e3c153a-8339-4e30-8c35-687ebef853fe",
            "detail-type": "EC2 Instance Launch Successful",
            "source": "aws.autoscaling",
            "account": "111111111111",
            "time": "2015-11-11T21:31:47Z",
            "region": "my-region",
            "resources": [],
            "detail": {"eventVersion": "", "responseElements": None},
        }
    )
    return {"messages-queue": it.sorted()}


def filter_policy_on_message_body_array_of_object_attributes(aws: LocalAws, _: str) -> Answers:
    created = {"eventName": [{"prefix": "ObjectCreated:"}]}
    policy = {"Records": {"s3": {"object": {"key": [{"prefix": "auto-"}]}}, **created}}
    it = SubscribedQueue(aws, policy, "MessageBody", raw=True)
    auto, home = (_stored(key, "ObjectCreated:Put") for key in ("auto-insurance-2314.xml", "home.xml"))
    removed = _stored("auto-insurance-2314.xml", "ObjectRemoved:Delete")
    nested = {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": {"object": [[{"key": "auto-insurance-2314.xml", "size": 17}]]},
    }
    other = {
        "eventSource": "aws:s3",
        "eventName": "ObjectRemoved:Delete",
        "s3": {"object": {"key": "home-insurance-2314.xml", "size": 17}},
    }
    for records in ([nested, other], [removed], [home], [auto]):
        it.publish({"Records": records})
    return {"messages": it.sorted()}


def _stored(key: str, event: str) -> dict[str, Any]:
    bucket = {"name": "demo", "arn": "arn:aws:s3:::demo"}
    return {
        "eventSource": "aws:s3",
        "eventTime": "2022-11-21T03:41:29.743Z",
        "eventName": event,
        "s3": {"bucket": bucket, "object": {"key": key, "size": 17}},
    }
