"""SNS topics and their subscriptions."""

import json
from collections.abc import Mapping
from typing import Any

from infra.local.aws import topics
from infra.local.aws.clients import client
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.queues import fifo_attributes, name_of
from infra.local.provisioning.shapes import anything, choice, flag, list_of, map_of, named, record, text

NAME = named(
    r"[a-zA-Z0-9_-]{1,256}|[a-zA-Z0-9_-]{1,251}\.fifo",
    "up to 256 letters, digits, hyphens and underscores, with .fifo at the end of a FIFO topic's",
)
INLINE = record(("Endpoint", "Protocol"), Endpoint=text, Protocol=text)
OF_FIFO = {"ContentBasedDeduplication": flag}


def _topic(declared: Declared) -> Resource:
    name = name_of(declared, "TopicName", "FifoTopic", 256)
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"
    return declared.resource(arn, TopicArn=arn, TopicName=name)


def _create_topic(declared: Declared, described: Resource) -> Resource:
    name = described.attributes["TopicName"]
    if topics.exists(described.id):  # CreateTopic would succeed, and the topic would belong to two stacks
        raise Refused(f"there is a topic {name} already; choose another TopicName, or let its stack leave")
    client("sns").create_topic(
        Name=name, Attributes=fifo_attributes(declared.properties, "FifoTopic", OF_FIFO)
    )
    try:
        for index, subscription in enumerate(declared.properties.get("Subscription", [])):
            _subscribe(declared, f"Subscription[{index}].", {"TopicArn": described.id, **subscription})
    except BaseException:
        _remove_topic(described)
        raise
    return described


def _remove_topic(topic: Resource) -> None:
    sns = client("sns")
    for subscription in sns.list_subscriptions_by_topic(TopicArn=topic.id)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sns.delete_topic(TopicArn=topic.id)


def _subscription(declared: Declared) -> Resource:
    arn = f"{declared.properties['TopicArn']}:{declared.logical_id}"
    return declared.resource(arn, Arn=arn)


def _create_subscription(declared: Declared, _: Resource) -> Resource:
    arn = _subscribe(declared, "", declared.properties)
    return declared.resource(arn, Arn=arn)


def _subscribe(declared: Declared, path: str, given: Mapping[str, Any]) -> str:
    """The ARN of a new subscription of a queue or function. Raises Refused for another."""
    if given["Protocol"] == "lambda":
        function_of(declared, given["Endpoint"], f"{path}Endpoint")
    elif given["Protocol"] != "sqs":
        raise Refused(f"{path}Protocol {given['Protocol']} cannot be played locally; use sqs or lambda")
    attributes = {"RawMessageDelivery": str(given.get("RawMessageDelivery", False)).lower()}
    if "FilterPolicyScope" in given:
        attributes["FilterPolicyScope"] = given["FilterPolicyScope"]
    for name in ("FilterPolicy", "RedrivePolicy"):
        if name in given:
            attributes[name] = json.dumps(given[name])
    arn: str = client("sns").subscribe(
        TopicArn=given["TopicArn"],
        Protocol=given["Protocol"],
        Endpoint=given["Endpoint"],
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return arn


def _unsubscribe(subscription: Resource) -> None:
    client("sns").unsubscribe(SubscriptionArn=subscription.id)


KINDS = {
    "AWS::SNS::Topic": Kind(
        _topic,
        _create_topic,
        _remove_topic,
        service="sns",
        played={"FifoTopic": flag, **OF_FIFO, "Subscription": list_of(INLINE), "TopicName": NAME},
        left_out=(
            "DisplayName",
            "FifoThroughputScope",
            "KmsMasterKeyId",
            "SignatureVersion",
            "Tags",
            "TracingConfig",
        ),
    ),
    "AWS::SNS::Subscription": Kind(
        _subscription,
        _create_subscription,
        _unsubscribe,
        service="sns",
        played={
            "Endpoint": text,
            "FilterPolicy": map_of(anything),
            "FilterPolicyScope": choice("MessageAttributes", "MessageBody"),
            "Protocol": text,
            "RawMessageDelivery": flag,
            "RedrivePolicy": map_of(text),
            "TopicArn": text,
        },
        required=("TopicArn", "Protocol", "Endpoint"),
    ),
}
