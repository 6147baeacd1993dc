"""Reads a stack's last deployment from CloudFormation's events: its start and the changed subscriptions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

FILTER_POLICY_DELAY = timedelta(minutes=15)
"""The maximum time until a new or changed filter policy takes effect.
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html"""


@dataclass(frozen=True)
class Subscriptions:
    """The subscriptions that a deployment created or changed. `names` are logical ids."""

    names: tuple[str, ...]
    since: datetime
    """The start of the deployment. Its filter policies affect only later events."""
    in_effect: datetime
    """The time at which all changed filter policies are in effect."""


def changed_subscriptions(cloudformation: Any, stack: str) -> Subscriptions | None:
    """The subscriptions that the stack's last deployment created or changed; None if there are none."""
    events = list(_of_last_deployment(cloudformation, stack))
    changed = [
        event
        for event in events
        if event["ResourceType"] == "AWS::SNS::Subscription"
        and event["ResourceStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    ]
    if not changed:
        return None
    return Subscriptions(
        names=tuple(sorted({event["LogicalResourceId"] for event in changed})),
        since=events[-1]["Timestamp"],
        in_effect=max(event["Timestamp"] for event in changed) + FILTER_POLICY_DELAY,
    )


def _of_last_deployment(cloudformation: Any, stack: str) -> Iterator[dict[str, Any]]:
    """The events of the last deployment, newest first, to the one that started it."""
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack):
        for event in page["StackEvents"]:
            yield event
            if event["PhysicalResourceId"] == event["StackId"] and event["ResourceStatus"] in (
                "CREATE_IN_PROGRESS",
                "UPDATE_IN_PROGRESS",
            ):
                return
