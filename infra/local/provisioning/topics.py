"""SNS topics and their subscriptions."""

import json

from infra.local.clients import client
from infra.local.credentials import ACCOUNT, REGION
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import anything, flag, text
from infra.local.stack import Resource


def _topic(declared: Declared) -> Resource:
    name = declared.properties.get("TopicName", declared.name)
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"
    return declared.resource(arn, TopicArn=arn, TopicName=name)


def _create_topic(declared: Declared, described: Resource) -> Resource:
    client("sns").create_topic(Name=described.attributes["TopicName"])
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
        played={"TopicName": text},
        left_out=("KmsMasterKeyId", "Tags"),
    ),
    "AWS::SNS::Subscription": Kind(
        _subscription,
        _subscribe,
        _unsubscribe,
        service="sns",
        played={
            "Endpoint": text,
            "FilterPolicy": anything,
            "Protocol": text,
            "RawMessageDelivery": flag,
            "RedrivePolicy": anything,
            "TopicArn": text,
        },
        required=("TopicArn", "Protocol", "Endpoint"),
    ),
}
