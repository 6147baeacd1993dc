"""The requests of the recorded tests of receiving.

Each function has the name of its test. The facts are from
LocalStack's tests/aws/services/sqs/test_sqs.py.
"""

import json
from typing import Any

from tests.local.endpoint import queue_arn
from tests.recorded.scenarios.local_aws import LocalAws, ask

Answers = dict[str, Any]
TEXT = {"DataType": "String", "StringValue": "foobar"}
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def change_message_visibility_after_visibility_timeout_expiration(aws: LocalAws, _: str) -> Answers:
    url = aws.queue(VisibilityTimeout="0")
    aws.sqs.send_message(QueueUrl=url, MessageBody="x")
    handle = aws.first(url)["ReceiptHandle"]
    changed = ask(aws.sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=2)
    return {"visibility_timeout_expired": changed}


def dead_letter_queue_message_attributes(aws: LocalAws, _: str) -> Answers:
    dead = aws.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": queue_arn("dead"), "maxReceiveCount": 1})
    url = aws.queue("source", RedrivePolicy=policy, VisibilityTimeout="0")
    aws.sqs.send_message(
        QueueUrl=url,
        MessageBody="message-1",
        MessageAttributes={"MyAttribute": TEXT},
        MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}},
    )
    aws.sqs.send_message(QueueUrl=url, MessageBody="message-2")
    every = ["AWSTraceHeader", "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount"]
    every += ["DeadLetterQueueSourceArn", "SentTimestamp"]
    wanted = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "AttributeNames": every}
    before = aws.receive(url, **wanted)["Messages"]
    aws.receive(url)
    return {
        "dlq-arn": queue_arn("dead").replace("123456789012", "111111111111"),
        "sourcen-arn": queue_arn("source").replace("123456789012", "111111111111"),
        "rec-pre-dlq": before,
        "dlq-messages": aws.receive(dead, **wanted)["Messages"],
    }


def delete_after_visibility_timeout(aws: LocalAws, _: str) -> Answers:
    url = aws.queue(VisibilityTimeout="0")
    aws.sqs.send_message(QueueUrl=url, MessageBody="x")
    aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=aws.first(url)["ReceiptHandle"])
    return {"delete_after_timeout_queue_empty": aws.receive(url)}


def message_system_attribute_names_with_attribute_names(aws: LocalAws, _: str) -> Answers:
    url = aws.queue(VisibilityTimeout="0")
    aws.sqs.send_message(QueueUrl=url, MessageBody="msg")
    same = aws.receive(url, AttributeNames=["All"], MessageSystemAttributeNames=["All"])
    different = aws.receive(url, AttributeNames=["SenderId"], MessageSystemAttributeNames=["All"])
    return {"same_values": same, "different_values": different}


def receive_empty_queue(aws: LocalAws, _: str) -> Answers:
    url = aws.queue()
    return {
        "empty_short_poll_resp_no_param": aws.receive(url),
        "empty_short_poll_resp": aws.receive(url, WaitTimeSeconds=0),
        "empty_long_poll_resp": aws.receive(url, WaitTimeSeconds=1),
    }


def receive_message_attribute_names_filters(aws: LocalAws, _: str) -> Answers:
    return _system_attributes(aws, "AttributeNames")


def receive_message_message_system_attribute_names_filters(aws: LocalAws, _: str) -> Answers:
    return _system_attributes(aws, "MessageSystemAttributeNames")


def _system_attributes(aws: LocalAws, parameter: str) -> Answers:
    url = aws.queue(VisibilityTimeout="0")
    attribute = {"DataType": "String", "StringValue": "Bar"}
    aws.sqs.send_message(QueueUrl=url, MessageBody="msg", MessageAttributes={"Foo": attribute})
    return {
        "all_attributes": aws.receive(url, **{parameter: ["All"]}),
        "all_system_and_message_attributes": aws.receive(
            url, **{parameter: ["All"]}, MessageAttributeNames=["All"]
        ),
        "single_attribute": aws.receive(url, **{parameter: ["SenderId"]}),
        "multiple_attributes": aws.receive(url, **{parameter: ["SenderId", "SequenceNumber"]}),
    }


def receive_message_message_attribute_names_filters(aws: LocalAws, _: str) -> Answers:
    url = aws.queue(VisibilityTimeout="0")
    values = {"Help.Me": "Me", "Hello": "There", "General": "Kenobi"}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
    sent = ask(aws.sqs.send_message, QueueUrl=url, MessageBody="msg", MessageAttributes=attributes)

    def receive(*names: str) -> Any:
        return aws.receive(url, MessageAttributeNames=list(names))

    return {
        "send_message_response": sent,
        "empty_filter": receive(),
        "all_name": receive("All"),
        "all_wildcard_asterisk": receive("*")["Messages"][0],
        "all_wildcard": receive(".*")["Messages"][0],
        "only_non_existing_names": receive("Foo", "Bar")["Messages"][0],
        "only_existing": receive("Hello", "General")["Messages"][0],
        "existing_and_non_existing": receive("Foo", "Hello")["Messages"][0],
        "prefix_filter": receive("Hel.*")["Messages"][0],
        "illegal_name_1": receive("AWS."),
        "illegal_name_2": receive("..foo"),
    }


def send_message_with_binary_attributes(aws: LocalAws, _: str) -> Answers:
    url = aws.queue()
    value = b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01"
    attributes = {"attr1": {"DataType": "Binary", "BinaryValue": value}}
    aws.sqs.send_message(QueueUrl=url, MessageBody="test", MessageAttributes=attributes)
    return {"binary-attrs-msg": aws.receive(url, MessageAttributeNames=["All"])}


def send_receive_max_number_of_messages(aws: LocalAws, _: str) -> Answers:
    return {"send_max_number_of_messages": aws.receive(aws.queue(), MaxNumberOfMessages=11)}


def send_receive_wait_time_seconds(aws: LocalAws, _: str) -> Answers:
    url = aws.queue()
    for _number in range(2):
        aws.sqs.send_message(QueueUrl=url, MessageBody="message")
    return {
        "recieve_message_error_too_large": aws.receive(url, WaitTimeSeconds=21),
        "recieve_message_error_too_small": aws.receive(url, WaitTimeSeconds=-1),
        "empty_short_poll_by_default_resp": aws.receive(url),
        "empty_short_poll_explicit_resp": aws.receive(url, WaitTimeSeconds=0),
    }


def aws_trace_header_propagation(aws: LocalAws, _: str) -> Answers:
    url = aws.queue()
    attributes = {"timestamp": {"DataType": "Number", "StringValue": "1493147359900"}}
    with aws.traced(aws.sqs, "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"):
        aws.sqs.send_message(QueueUrl=url, MessageBody="test", MessageAttributes=attributes)
    names = ["SentTimestamp", "AWSTraceHeader"]
    return {"xray-msg": aws.first(url, AttributeNames=names, MessageAttributeNames=["All"])}
