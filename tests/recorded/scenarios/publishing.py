"""The requests of the recorded tests of publishing.

Each function has the name of its test. The facts are from
LocalStack's tests/aws/services/sns/test_sns.py.
"""

import json
from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from tests.recorded.scenarios.local_aws import LocalAws, ask
from tests.recorded.scenarios.subscribed_queue import Answers, SubscribedQueue

GONE = f"arn:aws:sns:{REGION}:{ACCOUNT}:gone"


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def empty_sns_message(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws)
    refused = ask(aws.sns.publish, TopicArn=it.topic, Message="")
    names = ["ApproximateNumberOfMessages"]
    depth = ask(aws.sqs.get_queue_attributes, QueueUrl=it.url, AttributeNames=names)
    return {"empty-msg-error": refused, "queue-attrs": depth}


def message_structure_json_exc(aws: LocalAws, _: str) -> Answers:
    topic = aws.topic()
    messages = {
        "missing-default-key": '{"sqs": "x"}',
        "invalid-json": '{"default": "x", }',
        "duplicate-json-keys": '{"default": "x", "default": "y"}',
        "key-is-not-string": '{"default": {"object": "x"}}',
    }
    return {
        step: ask(aws.sns.publish, TopicArn=topic, Message=message, MessageStructure="json")
        for step, message in messages.items()
    }


def _batch(aws: LocalAws, *entries: dict[str, Any], topic: str = "") -> Any:
    arn = topic or aws.topic()
    return ask(aws.sns.publish_batch, TopicArn=arn, PublishBatchRequestEntries=list(entries))


def publish_batch_invalid_entry_id(aws: LocalAws, _: str) -> Answers:
    ids = {
        "valid-id-with-hyphen-underscore": "valid-message_123",
        "invalid-char-dot": "message.id",
        "invalid-char-special": "msg@123#test",
        "valid-id-80-chars": "a" * 80,
        "id-too-long-81": "a" * 81,
        "id-too-long-91": "my" + "really" * 13 + "longid",
    }
    return {step: _batch(aws, {"Id": given, "Message": "x"}) for step, given in ids.items()}


def publish_batch_too_long_message(aws: LocalAws, _: str) -> Answers:
    long, attribute = "a" * 262145, {"k": _text("v")}
    return {
        "error-no-attrs": _batch(aws, {"Id": "1", "Message": long}),
        "error-with-attrs": _batch(aws, {"Id": "1", "Message": long[:-1], "MessageAttributes": attribute}),
    }


def publish_non_existent_target(aws: LocalAws, _: str) -> Answers:
    target = f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/APNS/abcdef/0f7d5971-aa8b-4bd5-b585-0826e9f93a66"
    return {"non-existent-endpoint": ask(aws.sns.publish, TargetArn=target, Message="x")}


def publish_too_long_message(aws: LocalAws, _: str) -> Answers:
    topic, long = aws.topic(), "a" * 262145
    attributes = {"k": _text("v")}
    return {
        "error": ask(aws.sns.publish, TopicArn=topic, Message=long),
        "error-with-attrs": ask(
            aws.sns.publish, TopicArn=topic, Message=long[:-1], MessageAttributes=attributes
        ),
    }


def publish_with_empty_subject(aws: LocalAws, _: str) -> Answers:
    topic = aws.topic()
    return {
        "response-without-subject": ask(aws.sns.publish, TopicArn=topic, Message="x"),
        "response-with-empty-subject": ask(aws.sns.publish, TopicArn=topic, Message="x", Subject=""),
    }


def publish_wrong_arn_format(aws: LocalAws, _: str) -> Answers:
    arns = {"invalid-topic-arn": "randomstring", "invalid-topic-arn-1": "random:string", "empty-topic": ""}
    return {step: ask(aws.sns.publish, TopicArn=arn, Message="x") for step, arn in arns.items()}


def unknown_topic_publish(aws: LocalAws, _: str) -> Answers:
    topic = aws.topic()
    return {
        "success": ask(aws.sns.publish, TopicArn=topic, Message="x"),
        "error": ask(aws.sns.publish, TopicArn=GONE, Message="x"),
    }


WRONG: dict[str, dict[str, Any]] = {
    "missing_string_attr": {"attr1": _text("")},
    "fully_missing_string_attr": {"attr1": {"DataType": "String"}},
    "fully_missing_data_type": {"attr1": {"StringValue": "123"}},
    "missing_binary_attr": {"attr1": {"DataType": "Binary", "BinaryValue": b""}},
    "str_attr_binary_value": {"attr1": {"DataType": "String", "BinaryValue": b"123"}},
    "int_attr_binary_value": {"attr1": {"DataType": "Number", "BinaryValue": b"123"}},
    "binary_attr_string_value": {"attr1": {"DataType": "Binary", "StringValue": "123"}},
    "invalid_attr_string_value": {"attr1": {"DataType": "InvalidType", "StringValue": "123"}},
    "too_long_name": {"a" * 257: _text("123")},
    "invalid_name": {"a^*?": _text("123")},
    "invalid_name_2": {".abc": _text("123")},
    "invalid_name_3": {"abc.": _text("123")},
    "invalid_name_4": {"a..bc": _text("123")},
}


def empty_or_wrong_message_attributes(aws: LocalAws, _: str) -> Answers:
    topic, found = aws.topic(), {}
    for step, wrong in WRONG.items():
        found[step] = ask(aws.sns.publish, TopicArn=topic, Message="x", MessageAttributes=wrong)
        entry = {"Id": "1", "Message": "x", "MessageAttributes": wrong}
        found[f"batch-{step}"] = _batch(aws, entry, topic=topic)
    return found


def message_attributes_prefixes(aws: LocalAws, _: str) -> Answers:
    topic = aws.topic()
    types = {
        "publish-error": "StringPrefixed",
        "publish-error-2": "JSON",
        "publish-ok-1": "String.prefixed",
        "publish-ok-2": "String",
    }
    return {
        step: ask(
            aws.sns.publish,
            TopicArn=topic,
            Message="x",
            MessageAttributes={"attr1": {"DataType": data_type, "StringValue": "x"}},
        )
        for step, data_type in types.items()
    }


def publish_batch_exceptions(aws: LocalAws, _: str) -> Answers:
    topic, wrong = aws.topic(), json.dumps({"sqs": "x"})
    many = [{"Id": f"Id_{number}", "Message": "x"} for number in range(11)]
    structured = {"Id": "1", "Message": wrong, "MessageStructure": "json"}
    return {
        "too-many-msg": _batch(aws, *many, topic=topic),
        "same-msg-id": _batch(aws, *[{"Id": "1", "Message": "x"}] * 2, topic=topic),
        "no-default-key-json": _batch(aws, structured, topic=topic),
    }


def publish_batch_messages_without_topic(aws: LocalAws, _: str) -> Answers:
    entry = {"Id": "1", "Message": "x"}
    return {"publish-batch-no-topic": _batch(aws, entry, topic=GONE)}


def publish_batch_messages_from_sns_to_sqs(aws: LocalAws, _: str) -> Answers:
    it = SubscribedQueue(aws, raw=True)
    entries = [{"Id": str(number), "Message": "x"} for number in range(1, 6)]
    return {"sub-attrs-raw-true": it.attributes(), "publish-batch": _batch(aws, *entries, topic=it.topic)}
