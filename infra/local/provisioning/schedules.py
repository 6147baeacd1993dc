"""EventBridge rules and schedules that invoke functions at set times."""

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
from infra.local.provisioning.shapes import any_value, list_of, matching, one_of, strict_object, text

NAME = matching("[a-zA-Z0-9_.-]{1,64}", "up to 64 letters, digits, hyphens, dots and underscores")


def _rule(definition: ResourceDefinition) -> Resource:
    name = definition.properties.get("Name", definition.name_within(64))
    return definition.resource(name, Arn=f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}")


def _create_rule(definition: ResourceDefinition, described: Resource) -> Resource:
    properties = definition.properties
    if "ScheduleExpression" not in properties:
        raise PropertyError("ScheduleExpression is missing; add it")
    if properties["ScheduleExpression"].startswith("at("):
        raise PropertyError("ScheduleExpression: a rule cannot have at(...); use AWS::Scheduler::Schedule")
    times = _times(ScheduleTimes(properties["ScheduleExpression"]))
    for index, target in enumerate(properties.get("Targets", [])):
        _add(definition, described, f"Targets[{index}]", target, times, "aws.events")
    return described


def _schedule(definition: ResourceDefinition) -> Resource:
    name = definition.properties.get("Name", definition.name_within(64))
    return definition.resource(name, Arn=f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}")


def _create_schedule(definition: ResourceDefinition, described: Resource) -> Resource:
    properties = definition.properties
    begin, end = (_time(properties, name) for name in ("StartDate", "EndDate"))
    zone = properties.get("ScheduleExpressionTimezone", "UTC")
    times = _times(ScheduleTimes(properties["ScheduleExpression"], zone, begin, end))
    _add(definition, described, "Target", properties["Target"], times, OF_SCHEDULER)
    return described


def _times(times: ScheduleTimes) -> ScheduleTimes:
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


def _add(
    definition: ResourceDefinition,
    described: Resource,
    path: str,
    target: dict[str, Any],
    times: ScheduleTimes,
    source: str,
) -> None:
    function = function_of(definition, target["Arn"], f"{path}.Arn").logical_id
    try:
        json.loads(target.get("Input", "{}"))
    except ValueError:
        raise PropertyError(f"{path}.Input is not JSON; correct it") from None
    schedule = Schedule(
        definition.logical_id, function, described.attributes["Arn"], times, source, target.get("Input")
    )
    if definition.properties.get("State", "ENABLED") != "DISABLED":
        definition.stack.schedules[f"{definition.logical_id}.{path}"] = schedule


def _no_pattern(path: str, _: Any) -> Any:
    raise PropertyError(f"{path}: event buses are not supported locally; use a topic or remove the rule")


# Retries and dead letters are ignored: in the local run, EventBridge can always invoke a target.
DELIVERY = dict.fromkeys(("DeadLetterConfig", "RetryPolicy", "RoleArn"), any_value)

RESOURCE_TYPES = {
    "AWS::Events::Rule": ResourceType(
        _rule,
        _create_rule,
        supported={
            "EventBusName": one_of("default"),
            "EventPattern": _no_pattern,
            "Name": NAME,
            "ScheduleExpression": text,
            "State": one_of("DISABLED", "ENABLED"),
            "Targets": list_of(strict_object(("Arn", "Id"), Arn=text, Id=text, Input=text, **DELIVERY)),
        },
        ignored=("Description", "RoleArn", "Tags"),
    ),
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
        # FlexibleTimeWindow is ignored: the local run invokes the target when the window begins.
        ignored=("Description", "FlexibleTimeWindow", "KmsKeyArn"),
    ),
}
