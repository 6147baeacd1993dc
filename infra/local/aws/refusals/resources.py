"""The resources that checks depend on. None for a missing resource: moto refuses the request itself."""

from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from infra.local.model.credentials import ACCOUNT, REGION
from infra.shared.arns import queue_name


def queue(url: str) -> Any:
    """A queue by its URL or its name, as SQS accepts both."""
    return sqs_backends[ACCOUNT][REGION].queues.get(queue_name(url))


def sources_of(dead_letter_queue_arn: str) -> list[Any]:
    """The queues with this dead-letter queue."""
    return [
        each
        for each in sqs_backends[ACCOUNT][REGION].queues.values()
        if each.dead_letter_queue is not None and each.dead_letter_queue.queue_arn == dead_letter_queue_arn
    ]


def topic(arn: str) -> Any:
    return sns_backends[ACCOUNT][REGION].topics.get(arn)


def subscriptions(topic_arn: str) -> list[Any]:
    found = sns_backends[ACCOUNT][REGION].subscriptions.values()
    return [each for each in found if each.topic.arn == topic_arn]


def subscription(arn: str) -> Any:
    return sns_backends[ACCOUNT][REGION].subscriptions.get(arn)


def table(name: str) -> Any:
    """A table by its name or its ARN."""
    return dynamodb_backends[ACCOUNT][REGION].tables.get(name.rpartition("/")[2])
