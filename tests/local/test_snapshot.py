"""A stack from a snapshot equals a stack that AWS calls have provisioned."""

from dataclasses import asdict
from typing import Any

import pytest

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.local.provisioning import snapshot
from tests.world import World


def resources() -> dict[str, Any]:
    """All resources, as AWS describes them."""
    sqs, sns, dynamodb, secrets = map(client, ("sqs", "sns", "dynamodb", "secretsmanager"))
    described: dict[str, Any] = {
        "queues": [
            sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            for url in sorted(sqs.list_queues()["QueueUrls"])
        ],
        "subscriptions": [
            sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
            for subscription in sns.list_subscriptions()["Subscriptions"]
        ],
        "tables": [
            dynamodb.describe_table(TableName=name)["Table"] for name in dynamodb.list_tables()["TableNames"]
        ],
        "secrets": [
            secrets.get_secret_value(SecretId=secret["ARN"])["SecretString"]
            for secret in secrets.list_secrets()["SecretList"]
        ],
    }
    return described


@pytest.fixture(autouse=True)
def no_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_copies", {})


def test_a_snapshot_has_the_same_stack_and_resources() -> None:
    with patched_moto():
        by_calls = asdict(InProcess().stack), resources()
    with patched_moto():
        assert (asdict(InProcess().stack), resources()) == by_calls
    assert all(by_calls[1].values())


def test_each_stack_from_a_snapshot_starts_without_orders_and_fulfils_them() -> None:
    for _ in range(3):
        with patched_moto():
            world = World()
            assert world.items("OrderTable") == []
            order_id = world.place()
            world.drain()
            assert world.status(order_id) == "shipped"


def test_changes_in_one_stack_do_not_affect_the_next() -> None:
    for _ in range(2):
        with patched_moto():
            stack = InProcess().stack
            name, arn = stack.topics.popitem()
            del stack.resources[name]
            client("sns").delete_topic(TopicArn=arn)
            assert len(client("sns").list_topics()["Topics"]) == len(stack.topics)
