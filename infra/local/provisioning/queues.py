"""SQS queues."""

import json

from infra.local.clients import client
from infra.local.credentials import ACCOUNT, REGION
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import named, number, record, text
from infra.local.queues import is_there
from infra.local.stack import Resource

NAME = named("[a-zA-Z0-9_-]{1,80}", "up to 80 letters, digits, hyphens and underscores")
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
    name = declared.properties.get("QueueName", declared.name_within(80))
    # moto makes addresses from the caller's endpoint; clients of the run have to reach the queue here.
    url = f"{declared.endpoint}/{ACCOUNT}/{name}"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    return declared.resource(url, Arn=arn, QueueName=name, QueueUrl=url)


def _create(declared: Declared, described: Resource) -> Resource:
    given, name = declared.properties, described.attributes["QueueName"]
    if is_there(name):  # CreateQueue would succeed, and the queue would belong to two stacks
        raise Refused(f"there is a queue {name} already; choose another QueueName, or let its stack leave")
    attributes = {key: str(given[key]) for key in NUMBERS if key in given}
    if "RedrivePolicy" in given:
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
        played={"QueueName": NAME, "RedrivePolicy": REDRIVE_POLICY, **NUMBERS},
        left_out=(
            "KmsDataKeyReusePeriodSeconds",
            "KmsMasterKeyId",
            "RedriveAllowPolicy",
            "SqsManagedSseEnabled",
            "Tags",
        ),
    ),
}
