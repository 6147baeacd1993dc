"""SQS queues."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.aws.clients import client
from infra.local.aws.queues import exists
from infra.local.aws.short_way.creations import call
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import boolean, integer, matching, one_of, scalar, strict_object, text

NAME = matching(
    r"[a-zA-Z0-9_-]{1,80}|[a-zA-Z0-9_-]{1,75}\.fifo",
    "up to 80 letters, digits, hyphens and underscores, with .fifo at the end of a FIFO queue's",
)
FIFO_ONLY = {
    "ContentBasedDeduplication": boolean,
    "DeduplicationScope": one_of("messageGroup", "queue"),
    "FifoThroughputLimit": one_of("perQueue", "perMessageGroupId"),
}
REDRIVE_POLICY = strict_object(
    ("deadLetterTargetArn", "maxReceiveCount"), deadLetterTargetArn=text, maxReceiveCount=integer(1, 1000)
)
NUMBERS = {
    "DelaySeconds": integer(0, 900),
    "MaximumMessageSize": integer(1024, 1_048_576),
    "MessageRetentionPeriod": integer(60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": integer(0, 20),
    "VisibilityTimeout": integer(0, 43_200),
}
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html"""


def _describe(definition: ResourceDefinition) -> Resource:
    name = name_of(definition, "QueueName", "FifoQueue", 80)
    # The URL has the endpoint of the local run, so that clients can connect to it.
    url = f"{definition.endpoint}/{ACCOUNT}/{name}"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    return definition.resource(url, Arn=arn, QueueName=name, QueueUrl=url)


def name_of(definition: ResourceDefinition, property_: str, fifo: str, most: int) -> str:
    """The name of a queue or topic. A FIFO name must end with .fifo. Raises PropertyError."""
    is_fifo = definition.properties.get(fifo, False)
    name: str | None = definition.properties.get(property_)
    if name is None:
        return f"{definition.name_within(most - 5)}.fifo" if is_fifo else definition.name_within(most)
    if name.endswith(".fifo") != is_fifo:
        if is_fifo:
            raise PropertyError(f"{property_}: {name} must end with .fifo; rename it or remove {fifo}")
        raise PropertyError(
            f"{property_}: {name} ends with .fifo and needs {fifo}: true; add it or rename it"
        )
    return name


def fifo_attributes(properties: Mapping[str, Any], fifo: str, others: Iterable[str]) -> dict[str, str]:
    """The FIFO attributes of a queue or topic, as text. Raises PropertyError if it is not FIFO."""
    found = [name for name in others if name in properties]
    if not properties.get(fifo, False):
        for name in found:
            raise PropertyError(f"{name} needs {fifo}: true; add it or remove {name}")
        return {}
    # For a topic, moto reads the text "false" as true.
    return {fifo: "true"} | {
        name: scalar(name, properties[name]) for name in found if properties[name] is not False
    }


def _create(definition: ResourceDefinition, described: Resource) -> Resource:
    properties, name = definition.properties, described.attributes["QueueName"]
    if exists(name):  # CreateQueue would succeed, and two stacks would own the queue
        raise PropertyError(
            f"the queue {name} exists already; choose another QueueName, or run `choreo leave` for its stack"
        )
    attributes = {key: str(properties[key]) for key in NUMBERS if key in properties}
    attributes |= fifo_attributes(properties, "FifoQueue", FIFO_ONLY)
    if "RedrivePolicy" in properties:
        target = properties["RedrivePolicy"]["deadLetterTargetArn"]
        if target.endswith(".fifo") != name.endswith(".fifo"):
            raise PropertyError(
                f"RedrivePolicy.deadLetterTargetArn: {target} and this queue must both be FIFO or both be "
                "standard; change one of them"
            )
        attributes["RedrivePolicy"] = json.dumps(properties["RedrivePolicy"])
    call("sqs", "CreateQueue", QueueName=name, Attributes=attributes)
    return described


def _remove(queue: Resource) -> None:
    client("sqs").delete_queue(QueueUrl=queue.id)


RESOURCE_TYPES = {
    "AWS::SQS::Queue": ResourceType(
        _describe,
        _create,
        _remove,
        service="sqs",
        supported={
            "FifoQueue": boolean,
            **FIFO_ONLY,
            "QueueName": NAME,
            "RedrivePolicy": REDRIVE_POLICY,
            **NUMBERS,
        },
        ignored=(
            "KmsDataKeyReusePeriodSeconds",
            "KmsMasterKeyId",
            "RedriveAllowPolicy",
            "SqsManagedSseEnabled",
            "Tags",
        ),
    ),
}
