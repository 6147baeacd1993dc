"""After a deployment that changed a filter policy, `choreo republish` sends the lost events again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra.cli import republish
from infra.cli.deployed import Deployed
from infra.cli.last_deployment import FILTER_POLICY_DELAY, changed_subscriptions
from tests.cli.conftest import REGION, options
from tests.world import World

STACK = f"arn:aws:cloudformation:{REGION}:123456789012:stack/notifications/1"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BEGIN = ("AWS::CloudFormation::Stack", "notifications", "UPDATE_IN_PROGRESS")
SUBSCRIBED = ("AWS::SNS::Subscription", "FromOrder", "CREATE_COMPLETE")
FILTERED = ("AWS::SNS::Subscription", "FromPayment", "UPDATE_COMPLETE")
OTHER = ("AWS::SQS::Queue", "Queue", "CREATE_COMPLETE")


def events(begin: datetime, *resources: tuple[str, str, str]) -> list[dict[str, Any]]:
    """CloudFormation's events, newest first. `resources` are oldest first, with one minute between them."""
    return [
        {
            "StackId": STACK,
            "StackName": "notifications",
            "EventId": str(minute),
            "ResourceType": kind,
            "LogicalResourceId": name,
            "ResourceStatus": status,
            "PhysicalResourceId": STACK if kind == BEGIN[0] else name,
            "Timestamp": begin + timedelta(minutes=minute),
        }
        for minute, (kind, name, status) in reversed(list(enumerate(resources)))
    ]


@pytest.fixture
def cloudformation(deployed: Deployed) -> Iterator[Stubber]:
    client = boto3.Session("a", "b").client("cloudformation", region_name=REGION)
    deployed._clients["cloudformation"] = client
    with Stubber(client) as stubber:
        yield stubber


def stub_events(cloudformation: Stubber, stack_events: list[dict[str, Any]]) -> None:
    cloudformation.add_response(
        "describe_stack_events", {"StackEvents": stack_events}, {"StackName": "notifications"}
    )


def test_filter_policies_are_in_effect_fifteen_minutes_after_the_last_change_of_a_subscription(
    cloudformation: Stubber,
) -> None:
    stub_events(cloudformation, events(NOON, BEGIN, SUBSCRIBED, OTHER, FILTERED, OTHER))
    changed = changed_subscriptions(cloudformation.client, "notifications")
    assert changed is not None
    assert changed.names == ("FromOrder", "FromPayment")
    assert changed.since == NOON
    assert changed.in_effect == NOON + timedelta(minutes=3) + FILTER_POLICY_DELAY


@pytest.mark.parametrize("earlier", [[], [BEGIN, SUBSCRIBED]])
def test_changes_of_earlier_deployments_are_ignored(
    cloudformation: Stubber, earlier: list[tuple[str, str, str]]
) -> None:
    stub_events(cloudformation, events(NOON, *earlier, BEGIN, OTHER))
    assert changed_subscriptions(cloudformation.client, "notifications") is None


def test_only_events_since_the_start_of_the_deployment_are_published_again(
    world: World, deployed: Deployed, cloudformation: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    """Event ids never change, so consumers that have handled these events ignore them."""
    before, after = world.place(), world.place()
    world.drain()
    begin = datetime.fromisoformat(world.get(f"/orders/{after}")["placed_at"])
    assert datetime.fromisoformat(world.get(f"/orders/{before}")["placed_at"]) < begin
    world.items("OrderTable")
    stub_events(cloudformation, events(begin, BEGIN, SUBSCRIBED))
    waited: list[float] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("time.sleep", waited.append)
        assert republish.run(deployed, options(order=None, after_deployment="notifications")) == 0
    assert waited == [pytest.approx((timedelta(minutes=1) + FILTER_POLICY_DELAY).total_seconds(), abs=30)]
    assert world.kinds("OrderExpiryQueue").count("order.placed") == 3, "two at first, and one again"
    assert "FromOrder" in capsys.readouterr().err


def test_no_event_is_published_if_the_deployment_changed_no_subscription(
    world: World, deployed: Deployed, cloudformation: Stubber
) -> None:
    world.place()
    stub_events(cloudformation, events(NOON, BEGIN, OTHER))
    assert republish.run(deployed, options(order=None, after_deployment="notifications")) == 0
    assert world.kinds("OrderExpiryQueue") == []
