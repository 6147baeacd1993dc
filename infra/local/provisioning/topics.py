"""SNS topics and their subscriptions."""

import json
from collections.abc import Mapping
from typing import Any

from infra.local.aws import topics
from infra.local.aws.clients import client
from infra.local.aws.short_way.creations import call
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.queues import fifo_attributes, name_of
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import (
    any_value,
    boolean,
    list_of,
    map_of,
    matching,
    one_of,
    strict_object,
    text,
)

NAME = matching(
    r"[a-zA-Z0-9_-]{1,256}|[a-zA-Z0-9_-]{1,251}\.fifo",
    "up to 256 letters, digits, hyphens and underscores, with .fifo at the end of a FIFO topic's",
)
INLINE_SUBSCRIPTION = strict_object(("Endpoint", "Protocol"), Endpoint=text, Protocol=text)
FIFO_ONLY = {"ContentBasedDeduplication": boolean}


def _topic(definition: ResourceDefinition) -> Resource:
    name = name_of(definition, "TopicName", "FifoTopic", 256)
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"
    return definition.resource(arn, TopicArn=arn, TopicName=name)


def _create_topic(definition: ResourceDefinition, described: Resource) -> Resource:
    name = described.attributes["TopicName"]
    if topics.exists(described.id):  # CreateTopic would succeed, and two stacks would own the topic
        raise PropertyError(
            f"the topic {name} exists already; choose another TopicName, or run `choreo leave` for its stack"
        )
    call(
        "sns",
        "CreateTopic",
        Name=name,
        Attributes=fifo_attributes(definition.properties, "FifoTopic", FIFO_ONLY),
    )
    try:
        for index, subscription in enumerate(definition.properties.get("Subscription", [])):
            _subscribe(definition, f"Subscription[{index}].", {"TopicArn": described.id, **subscription})
    except BaseException:
        _remove_topic(described)
        raise
    return described


def _remove_topic(topic: Resource) -> None:
    sns = client("sns")
    for subscription in sns.list_subscriptions_by_topic(TopicArn=topic.id)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sns.delete_topic(TopicArn=topic.id)


def _subscription(definition: ResourceDefinition) -> Resource:
    arn = f"{definition.properties['TopicArn']}:{definition.logical_id}"
    return definition.resource(arn, Arn=arn)


def _create_subscription(definition: ResourceDefinition, _: Resource) -> Resource:
    arn = _subscribe(definition, "", definition.properties)
    return definition.resource(arn, Arn=arn)


def _subscribe(definition: ResourceDefinition, path: str, properties: Mapping[str, Any]) -> str:
    """Subscribes a queue or function, and returns the ARN. Raises PropertyError for another protocol."""
    if properties["Protocol"] == "lambda":
        function_of(definition, properties["Endpoint"], f"{path}Endpoint")
    elif properties["Protocol"] != "sqs":
        raise PropertyError(
            f"{path}Protocol {properties['Protocol']} is not supported locally; use sqs or lambda"
        )
    attributes = {"RawMessageDelivery": str(properties.get("RawMessageDelivery", False)).lower()}
    if "FilterPolicyScope" in properties:
        attributes["FilterPolicyScope"] = properties["FilterPolicyScope"]
    for name in ("FilterPolicy", "RedrivePolicy"):
        if name in properties:
            attributes[name] = json.dumps(properties[name])
    arn: str = call(
        "sns",
        "Subscribe",
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties["Endpoint"],
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return arn


def _unsubscribe(subscription: Resource) -> None:
    client("sns").unsubscribe(SubscriptionArn=subscription.id)


RESOURCE_TYPES = {
    "AWS::SNS::Topic": ResourceType(
        _topic,
        _create_topic,
        _remove_topic,
        service="sns",
        supported={
            "FifoTopic": boolean,
            **FIFO_ONLY,
            "Subscription": list_of(INLINE_SUBSCRIPTION),
            "TopicName": NAME,
        },
        ignored=(
            "DisplayName",
            "FifoThroughputScope",
            "KmsMasterKeyId",
            "SignatureVersion",
            "Tags",
            "TracingConfig",
        ),
    ),
    "AWS::SNS::Subscription": ResourceType(
        _subscription,
        _create_subscription,
        _unsubscribe,
        service="sns",
        supported={
            "Endpoint": text,
            "FilterPolicy": map_of(any_value),
            "FilterPolicyScope": one_of("MessageAttributes", "MessageBody"),
            "Protocol": text,
            "RawMessageDelivery": boolean,
            "RedrivePolicy": map_of(text),
            "TopicArn": text,
        },
        required=("TopicArn", "Protocol", "Endpoint"),
    ),
}
