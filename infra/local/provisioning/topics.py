"""SNS topics and their subscriptions."""

import json

from moto.backends import get_backend

from infra.local.clients import client
from infra.local.credentials import ACCOUNT, REGION
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import anything, choice, flag, map_of, named, text
from infra.local.stack import Resource

NAME = named("[a-zA-Z0-9_-]{1,256}", "up to 256 letters, digits, hyphens and underscores")


def _topic(declared: Declared) -> Resource:
    name = declared.properties.get("TopicName", declared.name)
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"
    return declared.resource(arn, TopicArn=arn, TopicName=name)


def _create_topic(declared: Declared, described: Resource) -> Resource:
    name, topics = described.attributes["TopicName"], get_backend("sns")[ACCOUNT][REGION].topics
    if described.id in topics:  # CreateTopic would succeed, and the topic would belong to two stacks
        raise Refused(f"there is a topic {name} already; choose another TopicName, or let its stack leave")
    client("sns").create_topic(Name=name)
    return described


def _remove_topic(topic: Resource) -> None:
    client("sns").delete_topic(TopicArn=topic.id)


def _subscription(declared: Declared) -> Resource:
    arn = f"{declared.properties['TopicArn']}:{declared.logical_id}"
    return declared.resource(arn, Arn=arn)


def _subscribe(declared: Declared, _: Resource) -> Resource:
    given = declared.properties
    if given["Protocol"] != "sqs":
        raise Refused(f"Protocol {given['Protocol']} cannot be played locally; subscribe a queue (sqs)")
    attributes = {"RawMessageDelivery": str(given.get("RawMessageDelivery", False)).lower()}
    if "FilterPolicyScope" in given:
        attributes["FilterPolicyScope"] = given["FilterPolicyScope"]
    for name in ("FilterPolicy", "RedrivePolicy"):
        if name in given:
            attributes[name] = json.dumps(given[name])
    arn = client("sns").subscribe(
        TopicArn=given["TopicArn"],
        Protocol="sqs",
        Endpoint=given["Endpoint"],
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return declared.resource(arn, Arn=arn)


def _unsubscribe(subscription: Resource) -> None:
    client("sns").unsubscribe(SubscriptionArn=subscription.id)


KINDS = {
    "AWS::SNS::Topic": Kind(
        _topic,
        _create_topic,
        _remove_topic,
        service="sns",
        played={"TopicName": NAME},
        left_out=("DisplayName", "KmsMasterKeyId", "SignatureVersion", "Tags", "TracingConfig"),
    ),
    "AWS::SNS::Subscription": Kind(
        _subscription,
        _subscribe,
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
