"""Resources created without a client are the same as those that a client creates, errors included."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from botocore.client import ClientCreator
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.aws.short_way import creations
from infra.local.aws.short_way.creations import call
from infra.local.aws.short_way.operations import CREATIONS
from infra.local.in_process import environment
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.template import load
from infra.shared.root import ROOT

Call = tuple[str, str, dict[str, Any]]

KEY = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
ID = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
TABLE = {"TableName": "table", **KEY, **ID, "BillingMode": "PAY_PER_REQUEST"}
TOPIC = "arn:aws:sns:eu-west-1:123456789012:topic"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:queue"
SUBSCRIPTION = {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": QUEUE}
EXPIRY = {"AttributeName": "at", "Enabled": True}

REFUSED: list[list[Call]] = [
    [("dynamodb", "CreateTable", {**TABLE, "KeySchema": []})],
    [("dynamodb", "CreateTable", {**TABLE, "AttributeDefinitions": []})],
    [("dynamodb", "CreateTable", TABLE), ("dynamodb", "CreateTable", TABLE)],
    [("dynamodb", "CreateTable", {"TableName": 7})],
    [("dynamodb", "UpdateTimeToLive", {"TableName": "table", "TimeToLiveSpecification": EXPIRY})],
    [("secretsmanager", "CreateSecret", {"Name": "a", "SecretString": "b"})] * 2,
    [("secretsmanager", "GetRandomPassword", {"PasswordLength": 3})],
    [("sns", "CreateTopic", {"Name": "a b"})],
    [("sns", "Subscribe", SUBSCRIPTION)],
    [
        ("sns", "CreateTopic", {"Name": "topic"}),
        ("sns", "Subscribe", {**SUBSCRIPTION, "Attributes": {"FilterPolicy": '{"a": 1}'}}),
    ],
    [("sqs", "CreateQueue", {"QueueName": "a b"})],
    [("sqs", "CreateQueue", {"QueueName": "a", "Attributes": {"Unknown": "1"}})],
]


@contextmanager
def empty_aws(*, only_clients: bool) -> Iterator[None]:
    """An empty local AWS. With `only_clients`, no call goes the short way, as with `--plain-moto`."""
    with (
        time_machine.travel("2026-01-01T00:00:00Z", tick=False),
        environment({}),
        patched_moto(),
        pytest.MonkeyPatch.context() as patch,
    ):
        if only_clients:
            patch.setattr(creations, "taken", {})
        yield


def created(*, only_clients: bool) -> dict[str, Any]:
    """What clients see of a new stack, without generated ids."""
    with empty_aws(only_clients=only_clients):
        stack = Provisioner(load(ROOT / "template.yaml"), "stack", "http://localhost:3000").provision()
        dynamodb, sns, sqs, secrets = map(client, ("dynamodb", "sns", "sqs", "secretsmanager"))
        tables = dynamodb.list_tables()["TableNames"]
        topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
        subscriptions = [each["SubscriptionArn"] for each in sns.list_subscriptions()["Subscriptions"]]
        names = [secret["Name"] for secret in secrets.list_secrets()["SecretList"]]
        return {
            "types": {name: resource.type for name, resource in stack.resources.items()},
            "tables": [dynamodb.describe_table(TableName=name)["Table"] for name in tables],
            "expiry": [
                dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"] for name in tables
            ],
            "topics": [sns.get_topic_attributes(TopicArn=arn)["Attributes"] for arn in topics],
            "subscriptions": [
                sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"] | {"SubscriptionArn": ""}
                for arn in subscriptions
            ],
            "queues": [
                sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
                for url in sqs.list_queues()["QueueUrls"]
            ],
            "secrets": {name: len(secrets.get_secret_value(SecretId=name)["SecretString"]) for name in names},
        }


def failure(calls: list[Call], *, only_clients: bool) -> str:
    """The exception of the last call."""
    with empty_aws(only_clients=only_clients):
        *before, (service, operation, parameters) = calls
        for each in before:
            call(each[0], each[1], **each[2])
        with pytest.raises((BotoCoreError, ClientError)) as raised:
            call(service, operation, **parameters)
        return repr(raised.value)


def test_a_stack_has_the_same_resources() -> None:
    assert created(only_clients=False) == created(only_clients=True)


@pytest.mark.parametrize("calls", REFUSED, ids=lambda calls: f"{calls[-1][1]}")
def test_a_refused_call_raises_the_same_exception(calls: list[Call]) -> None:
    assert failure(calls, only_clients=False) == failure(calls, only_clients=True)


def test_each_creation_is_compared() -> None:
    assert {(service, operation) for calls in REFUSED for service, operation, _ in calls} == CREATIONS.keys()


def test_a_stack_is_created_without_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClientCreator, "create_client", lambda *_, **__: pytest.fail("created a client"))
    client.cache_clear()
    with empty_aws(only_clients=False):
        Provisioner(load(ROOT / "template.yaml"), "stack", "http://localhost:3000").provision()
