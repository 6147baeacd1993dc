"""Rules and schedules of EventBridge that invoke functions at certain times."""

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
from infra.local.provisioning.shapes import anything, choice, list_of, named, record, text

NAME = named("[a-zA-Z0-9_.-]{1,64}", "up to 64 letters, digits, hyphens, dots and underscores")


def _rule(declared: Declared) -> Resource:
    name = declared.properties.get("Name", declared.name_within(64))
    return declared.resource(name, Arn=f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}")


def _create_rule(declared: Declared, described: Resource) -> Resource:
    given = declared.properties
    if "ScheduleExpression" not in given:
        raise Refused("ScheduleExpression is missing; add it")
    if given["ScheduleExpression"].startswith("at("):
        raise Refused("ScheduleExpression: a rule has rate(...) or cron(...); use AWS::Scheduler::Schedule")
    times = _times(Times(given["ScheduleExpression"]))
    for index, target in enumerate(given.get("Targets", [])):
        _add(declared, described, f"Targets[{index}]", target, times, "aws.events")
    return described


def _schedule(declared: Declared) -> Resource:
    name = declared.properties.get("Name", declared.name_within(64))
    return declared.resource(name, Arn=f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}")


def _create_schedule(declared: Declared, described: Resource) -> Resource:
    given = declared.properties
    begin, end = (_time(given, name) for name in ("StartDate", "EndDate"))
    zone = given.get("ScheduleExpressionTimezone", "UTC")
    times = _times(Times(given["ScheduleExpression"], zone, begin, end))
    _add(declared, described, "Target", given["Target"], times, OF_SCHEDULER)
    return described


def _times(times: Times) -> Times:
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


def _add(
    declared: Declared, described: Resource, path: str, target: dict[str, Any], times: Times, source: str
) -> None:
    function = function_of(declared, target["Arn"], f"{path}.Arn").logical_id
    try:
        json.loads(target.get("Input", "{}"))
    except ValueError:
        raise Refused(f"{path}.Input is no JSON; correct it") from None
    schedule = Schedule(
        declared.logical_id, function, described.attributes["Arn"], times, source, target.get("Input")
    )
    if declared.properties.get("State", "ENABLED") != "DISABLED":
        declared.stack.schedules[f"{declared.logical_id}.{path}"] = schedule


def _no_pattern(path: str, _: Any) -> Any:
    raise Refused(f"{path}: events of a bus cannot be played locally; use a topic, or remove the rule")


# Retries and dead letters are for targets that cannot be invoked, which here does not happen.
DELIVERY = dict.fromkeys(("DeadLetterConfig", "RetryPolicy", "RoleArn"), anything)

KINDS = {
    "AWS::Events::Rule": Kind(
        _rule,
        _create_rule,
        played={
            "EventBusName": choice("default"),
            "EventPattern": _no_pattern,
            "Name": NAME,
            "ScheduleExpression": text,
            "State": choice("DISABLED", "ENABLED"),
            "Targets": list_of(record(("Arn", "Id"), Arn=text, Id=text, Input=text, **DELIVERY)),
        },
        left_out=("Description", "RoleArn", "Tags"),
    ),
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
