"""Schedules of EventBridge Scheduler, and what rules with a schedule share with them."""

import json
from datetime import UTC, datetime
from typing import Any

from infra.local.event_sources.schedule_events import OF_SCHEDULER
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.cron import Invalid
from infra.local.model.expressions import Times, parsed
from infra.local.model.stack import Resource, Schedule
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import anything, choice, named, record, text

NAME = named("[a-zA-Z0-9_.-]{1,64}", "up to 64 letters, digits, hyphens, dots and underscores")


def _schedule(declared: Declared) -> Resource:
    name = declared.properties.get("Name", declared.name_within(64))
    return declared.resource(name, Arn=f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}")


def _create_schedule(declared: Declared, described: Resource) -> Resource:
    given = declared.properties
    begin, end = (_time(given, name) for name in ("StartDate", "EndDate"))
    zone = given.get("ScheduleExpressionTimezone", "UTC")
    times = checked(Times(given["ScheduleExpression"], zone, begin, end))
    target = given["Target"]
    function = function_of(declared, target["Arn"], "Target.Arn").logical_id
    try:
        json.loads(target.get("Input", "{}"))
    except ValueError:
        raise Refused("Target.Input is no JSON; correct it") from None
    if given.get("State") != "DISABLED":
        declared.stack.schedules[declared.logical_id] = Schedule(
            declared.logical_id,
            described.attributes["Arn"],
            times,
            OF_SCHEDULER,
            function,
            target.get("Input"),
        )
    return described


def checked(times: Times) -> Times:
    """The times. Raises Refused for an expression or a time zone that AWS refuses."""
    try:
        parsed(times.expression, times.time_zone)
    except Invalid as reason:
        raise Refused(f"ScheduleExpression: {reason}") from None
    return times


def _time(given: Any, name: str) -> datetime | None:
    if name not in given:
        return None
    try:
        found = datetime.fromisoformat(given[name])
    except ValueError:
        raise Refused(f"{name} is {given[name]!r}; give a time such as 2026-01-01T00:00:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# Retries and dead letters are for targets that cannot be invoked, which here does not happen.
DELIVERY = dict.fromkeys(("DeadLetterConfig", "RetryPolicy", "RoleArn"), anything)

KINDS = {
    "AWS::Scheduler::Schedule": Kind(
        _schedule,
        _create_schedule,
        played={
            "EndDate": text,
            "GroupName": choice("default"),
            "Name": NAME,
            "ScheduleExpression": text,
            "ScheduleExpressionTimezone": text,
            "StartDate": text,
            "State": choice("DISABLED", "ENABLED"),
            "Target": record(("Arn",), Arn=text, Input=text, **DELIVERY),
        },
        required=("ScheduleExpression", "Target"),
        # A flexible time window begins at the time of the schedule, which is when it runs here.
        left_out=("Description", "FlexibleTimeWindow", "KmsKeyArn"),
    ),
}
