"""SQS queues."""

import json

from infra.local.clients import client
from infra.local.credentials import ACCOUNT, REGION
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import anything, number, text
from infra.local.stack import Resource

NUMBERS = {
    "DelaySeconds": number(0, 900),
    "MessageRetentionPeriod": number(60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": number(0, 20),
    "VisibilityTimeout": number(0, 43_200),
}
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html"""


def _describe(declared: Declared) -> Resource:
    name = declared.properties.get("QueueName", declared.name)
    # moto makes addresses from the caller's endpoint; clients of the run have to reach the queue here.
    url = f"{declared.endpoint}/{ACCOUNT}/{name}"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    return declared.resource(url, Arn=arn, QueueName=name, QueueUrl=url)


def _create(declared: Declared, described: Resource) -> Resource:
    given = declared.properties
    attributes = {name: str(given[name]) for name in NUMBERS if name in given}
    if "RedrivePolicy" in given:
        attributes["RedrivePolicy"] = json.dumps(given["RedrivePolicy"])
    client("sqs").create_queue(QueueName=described.attributes["QueueName"], Attributes=attributes)
    return described


def _remove(queue: Resource) -> None:
    client("sqs").delete_queue(QueueUrl=queue.id)


KINDS = {
    "AWS::SQS::Queue": Kind(
        _describe,
        _create,
        _remove,
        service="sqs",
        played={"QueueName": text, "RedrivePolicy": anything, **NUMBERS},
        left_out=("KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "SqsManagedSseEnabled", "Tags"),
    ),
}
