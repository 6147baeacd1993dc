"""SQS queues."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.aws.clients import client
from infra.local.aws.queues import exists
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import choice, flag, named, number, record, scalar, text

NAME = named(
    r"[a-zA-Z0-9_-]{1,80}|[a-zA-Z0-9_-]{1,75}\.fifo",
    "up to 80 letters, digits, hyphens and underscores, with .fifo at the end of a FIFO queue's",
)
OF_FIFO = {
    "ContentBasedDeduplication": flag,
    "DeduplicationScope": choice("messageGroup", "queue"),
    "FifoThroughputLimit": choice("perQueue", "perMessageGroupId"),
}
REDRIVE_POLICY = record(
    ("deadLetterTargetArn", "maxReceiveCount"), deadLetterTargetArn=text, maxReceiveCount=number(1, 1000)
)
NUMBERS = {
    "DelaySeconds": number(0, 900),
    "MaximumMessageSize": number(1024, 1_048_576),
    "MessageRetentionPeriod": number(60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": number(0, 20),
    "VisibilityTimeout": number(0, 43_200),
}
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html"""


def _describe(declared: Declared) -> Resource:
    name = name_of(declared, "QueueName", "FifoQueue", 80)
    # moto makes addresses from the caller's endpoint; clients of the run have to reach the queue here.
    url = f"{declared.endpoint}/{ACCOUNT}/{name}"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    return declared.resource(url, Arn=arn, QueueName=name, QueueUrl=url)


def name_of(declared: Declared, property_: str, fifo: str, most: int) -> str:
    """The name of a queue or topic: a FIFO one's ends with .fifo. Raises Refused for another."""
    is_fifo = declared.properties.get(fifo, False)
    name: str | None = declared.properties.get(property_)
    if name is None:
        return f"{declared.name_within(most - 5)}.fifo" if is_fifo else declared.name_within(most)
    if name.endswith(".fifo") != is_fifo:
        if is_fifo:
            raise Refused(f"{property_}: {name} has to end with .fifo; correct it, or remove {fifo}")
        raise Refused(f"{property_}: {name} ends with .fifo, which needs {fifo}: true; add it, or rename it")
    return name


def fifo_attributes(given: Mapping[str, Any], fifo: str, others: Iterable[str]) -> dict[str, str]:
    """The attributes of a FIFO queue or topic, as text. Raises Refused for them without `fifo`."""
    found = [name for name in others if name in given]
    if not given.get(fifo, False):
        for name in found:
            raise Refused(f"{name} needs {fifo}: true; add it, or remove {name}")
        return {}
    # moto takes the text "false" of a topic for true.
    return {fifo: "true"} | {name: scalar(name, given[name]) for name in found if given[name] is not False}


def _create(declared: Declared, described: Resource) -> Resource:
    given, name = declared.properties, described.attributes["QueueName"]
    if exists(name):  # CreateQueue would succeed, and the queue would belong to two stacks
        raise Refused(f"there is a queue {name} already; choose another QueueName, or let its stack leave")
    attributes = {key: str(given[key]) for key in NUMBERS if key in given}
    attributes |= fifo_attributes(given, "FifoQueue", OF_FIFO)
    if "RedrivePolicy" in given:
        target = given["RedrivePolicy"]["deadLetterTargetArn"]
        if target.endswith(".fifo") != name.endswith(".fifo"):
            raise Refused(
                f"RedrivePolicy.deadLetterTargetArn: {target} is not FIFO as this queue, or this queue is "
                "not; make both of one kind"
            )
        attributes["RedrivePolicy"] = json.dumps(given["RedrivePolicy"])
    client("sqs").create_queue(QueueName=name, Attributes=attributes)
    return described


def _remove(queue: Resource) -> None:
    client("sqs").delete_queue(QueueUrl=queue.id)


KINDS = {
    "AWS::SQS::Queue": Kind(
        _describe,
        _create,
        _remove,
        service="sqs",
        played={"FifoQueue": flag, **OF_FIFO, "QueueName": NAME, "RedrivePolicy": REDRIVE_POLICY, **NUMBERS},
        left_out=(
            "KmsDataKeyReusePeriodSeconds",
            "KmsMasterKeyId",
            "RedriveAllowPolicy",
            "SqsManagedSseEnabled",
            "Tags",
        ),
    ),
}
