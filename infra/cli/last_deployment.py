"""The last deployment of a stack, by CloudFormation's events: its begin, and the subscriptions it changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

FILTER_POLICY_DELAY = timedelta(minutes=15)
"""SNS takes up to this long until a new or changed filter policy has taken effect.
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html"""


@dataclass(frozen=True)
class Subscriptions:
    """What a deployment changed of a stack's subscriptions. `names` are logical ids."""

    names: tuple[str, ...]
    since: datetime
    """The deployment's begin: no event before it was filtered by a new policy."""
    in_effect: datetime
    """By then, every changed filter policy has taken effect."""


def changed_subscriptions(cloudformation: Any, stack: str) -> Subscriptions | None:
    """The subscriptions that the stack's last deployment made or changed; None if there is none."""
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
    """Its events, newest first, down to the one that began it."""
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack):
        for event in page["StackEvents"]:
            yield event
            if event["PhysicalResourceId"] == event["StackId"] and event["ResourceStatus"] in (
                "CREATE_IN_PROGRESS",
                "UPDATE_IN_PROGRESS",
            ):
                return
