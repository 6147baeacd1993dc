"""Schedules of EventBridge Scheduler. `events` shares the names and expressions for its rules."""

import json
from datetime import UTC, datetime
from typing import Any

from infra.local.event_sources.schedule_events import OF_SCHEDULER
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.cron import InvalidExpression
from infra.local.model.expressions import ScheduleTimes, parse
from infra.local.model.stack import Resource, Schedule
from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import any_value, matching, one_of, strict_object, text

NAME = matching("[a-zA-Z0-9_.-]{1,64}", "up to 64 letters, digits, hyphens, dots and underscores")


def _schedule(definition: ResourceDefinition) -> Resource:
    name = definition.properties.get("Name", definition.name_within(64))
    return definition.resource(name, Arn=f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}")


def _create_schedule(definition: ResourceDefinition, described: Resource) -> Resource:
    properties = definition.properties
    begin, end = (_time(properties, name) for name in ("StartDate", "EndDate"))
    zone = properties.get("ScheduleExpressionTimezone", "UTC")
    times = checked(ScheduleTimes(properties["ScheduleExpression"], zone, begin, end))
    target = properties["Target"]
    function = function_of(definition, target["Arn"], "Target.Arn").logical_id
    try:
        json.loads(target.get("Input", "{}"))
    except ValueError:
        raise PropertyError("Target.Input is not JSON; correct it") from None
    if properties.get("State") != "DISABLED":
        definition.stack.schedules[definition.logical_id] = Schedule(
            definition.logical_id,
            described.attributes["Arn"],
            times,
            OF_SCHEDULER,
            function,
            target.get("Input"),
        )
    return described


def checked(times: ScheduleTimes) -> ScheduleTimes:
    """The times. Raises PropertyError for an expression or a time zone that AWS rejects."""
    try:
        parse(times.expression, times.time_zone)
    except InvalidExpression as reason:
        raise PropertyError(f"ScheduleExpression: {reason}") from None
    return times


def _time(properties: Any, name: str) -> datetime | None:
    if name not in properties:
        return None
    try:
        found = datetime.fromisoformat(properties[name])
    except ValueError:
        raise PropertyError(
            f"{name} is {properties[name]!r}; give a time such as 2026-01-01T00:00:00Z"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# Retries and dead letters are for targets that cannot be invoked, which here does not happen.
DELIVERY = dict.fromkeys(("DeadLetterConfig", "RetryPolicy", "RoleArn"), any_value)

RESOURCE_TYPES = {
    "AWS::Scheduler::Schedule": ResourceType(
        _schedule,
        _create_schedule,
        supported={
            "EndDate": text,
            "GroupName": one_of("default"),
            "Name": NAME,
            "ScheduleExpression": text,
            "ScheduleExpressionTimezone": text,
            "StartDate": text,
            "State": one_of("DISABLED", "ENABLED"),
            "Target": strict_object(("Arn",), Arn=text, Input=text, **DELIVERY),
        },
        required=("ScheduleExpression", "Target"),
        # A flexible time window begins at the time of the schedule, which is when it runs here.
        ignored=("Description", "FlexibleTimeWindow", "KmsKeyArn"),
    ),
}
