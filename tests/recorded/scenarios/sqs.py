"""The requests of the recorded tests of SQS.

Each function has the name of its test. The facts are from
LocalStack's tests/aws/services/sqs/test_sqs.py.
"""

from typing import Any

from tests.recorded.scenarios.local_aws import LocalAws, ask

Answers = dict[str, Any]


def many(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"Id": f"message{number}", **fields} for number in range(count)]


def change_message_visibility_batch_with_too_large_batch(aws: LocalAws, _: str) -> Answers:
    entries = many(20, ReceiptHandle="x", VisibilityTimeout=1)
    call = aws.sqs.change_message_visibility_batch
    return {"error_response": ask(call, QueueUrl=aws.queue(), Entries=entries)}


def create_and_update_queue_attributes(aws: LocalAws, _: str) -> Answers:
    url = aws.queue(
        MessageRetentionPeriod="604800", ReceiveMessageWaitTimeSeconds="10", VisibilityTimeout="20"
    )
    made = ask(aws.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
    changes = {"VisibilityTimeout": "69", "DelaySeconds": "420", "MaximumMessageSize": "2048"}
    aws.sqs.set_queue_attributes(QueueUrl=url, Attributes=changes)
    updated = ask(aws.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
    return {"get_queue_attributes": made, "get_updated_queue_attributes": updated}


def create_queue_with_different_attributes_raises_exception(aws: LocalAws, _: str) -> Answers:
    aws.queue(DelaySeconds="1")
    again = {"QueueName": "queue", "Attributes": {"DelaySeconds": "2"}}
    first = ask(aws.sqs.create_queue, **again)
    return {"create_queue_01": first, "create_queue_02": ask(aws.sqs.create_queue, **again)}


def delete_message_batch_invalid_msg_id(aws: LocalAws, given: str) -> Answers:
    entries = [{"Id": given.removeprefix("sqs-"), "ReceiptHandle": "x"}]
    return {"error_response": ask(aws.sqs.delete_message_batch, QueueUrl=aws.queue(), Entries=entries)}


def delete_message_batch_with_too_large_batch(aws: LocalAws, _: str) -> Answers:
    entries = many(20, ReceiptHandle="x")
    return {"error_response": ask(aws.sqs.delete_message_batch, QueueUrl=aws.queue(), Entries=entries)}


def invalid_batch_id(aws: LocalAws, _: str) -> Answers:
    entries = [{"Id": "message:(0)", "MessageBody": "x"}]
    refused = ask(aws.sqs.send_message_batch, QueueUrl=aws.queue(), Entries=entries)
    return {"test_invalid_batch_id": refused}


def non_existent_queue(aws: LocalAws, _: str) -> Answers:
    gone = aws.queue() + "-gone"
    refused = aws.query("sqs", "GetQueueUrl", QueueName="gone").body.decode()
    part = {name: refused.split(f"<{name}>")[1].split("<")[0] for name in ("Code", "Message", "Type")}
    return {
        "queue-does-not-exist": ask(aws.sqs.get_queue_url, QueueName="gone"),
        "queue-does-not-exist-url": ask(aws.sqs.get_queue_attributes, QueueUrl=gone, AttributeNames=["All"]),
        "queue-does-not-exist-query": {
            "Error": part,
            "ResponseMetadata": {"HTTPHeaders": {}, "HTTPStatusCode": 400},
        },
    }


def send_batch_message_size(aws: LocalAws, _: str) -> Answers:
    entries = [{"Id": "1", "MessageBody": "a" * 1025}, {"Id": "2", "MessageBody": "a" * 1024}]
    url = aws.queue(MaximumMessageSize="1024")
    sent = ask(aws.sqs.send_message_batch, QueueUrl=url, Entries=entries)
    return {"send-message-batch-result": sent}


def send_empty_message(aws: LocalAws, _: str) -> Answers:
    return {"send_empty_message": ask(aws.sqs.send_message, QueueUrl=aws.queue(), MessageBody="")}


def send_message_batch_with_oversized_contents(aws: LocalAws, _: str) -> Answers:
    entries = [{"Id": "1", "MessageBody": "a" * 1048576}, {"Id": "2", "MessageBody": "a"}]
    refused = ask(aws.sqs.send_message_batch, QueueUrl=aws.queue(), Entries=entries)
    return {"send_oversized_message_batch": refused}


def send_message_with_empty_string_attribute(aws: LocalAws, _: str) -> Answers:
    attributes = {"ErrorDetails": {"DataType": "String", "StringValue": ""}}
    call = aws.sqs.send_message
    refused = ask(call, QueueUrl=aws.queue(), MessageBody="test", MessageAttributes=attributes)
    return {"empty-string-attr": refused}


def send_message_with_updated_maximum_message_size(aws: LocalAws, _: str) -> Answers:
    url = aws.queue(MaximumMessageSize="1024")
    return {"send_oversized_message": ask(aws.sqs.send_message, QueueUrl=url, MessageBody="a" * 1025)}


def send_oversized_message(aws: LocalAws, _: str) -> Answers:
    sent = ask(aws.sqs.send_message, QueueUrl=aws.queue(), MessageBody="a" * 1048577)
    return {"send_oversized_message": sent}


def set_queue_attributes_default_values(aws: LocalAws, _: str) -> Answers:
    url = aws.queue()
    made = ask(aws.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
    encrypted = {"KmsMasterKeyId": "testKeyId", "KmsDataKeyReusePeriodSeconds": "6000"}
    aws.sqs.set_queue_attributes(QueueUrl=url, Attributes=encrypted)
    updated = ask(aws.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
    usual = {"KmsMasterKeyId": "", "KmsDataKeyReusePeriodSeconds": "300"}
    aws.sqs.set_queue_attributes(QueueUrl=url, Attributes=usual)
    back = ask(aws.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
    return {
        "get-queue-attributes-initial-values": made,
        "get-queue-attributes-after-update": updated,
        "get-queue-attributes-after-set-to-defaults": back,
    }


def set_unsupported_attribute_standard(aws: LocalAws, _: str) -> Answers:
    url, fifo = aws.queue(), {"FifoQueue": "true"}
    return {
        "invalid-attr-name-1": ask(aws.sqs.create_queue, QueueName="other", Attributes=fifo),
        "invalid-attr-name-2": ask(aws.sqs.set_queue_attributes, QueueUrl=url, Attributes=fifo),
    }


def successive_purge_calls_fail(aws: LocalAws, _: str) -> Answers:
    url = aws.queue()
    aws.sqs.purge_queue(QueueUrl=url)
    return {"purge_queue_error": ask(aws.sqs.purge_queue, QueueUrl=url)}


def too_many_entries_in_batch_request(aws: LocalAws, _: str) -> Answers:
    entries = many(20, MessageBody="x")
    refused = ask(aws.sqs.send_message_batch, QueueUrl=aws.queue(), Entries=entries)
    return {"test_too_many_entries_in_batch_request": refused}
