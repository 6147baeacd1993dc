"""Event buses of EventBridge, and rules: by event patterns, by schedules, or by both."""

import json
from collections.abc import Mapping
from typing import Any

from infra.local.aws.backends import backend
from infra.local.aws.clients import client
from infra.local.aws.event_bus import inputs
from infra.local.aws.refusals.events import MOST_TARGETS
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.expressions import Times
from infra.local.model.stack import Resource, Schedule
from infra.local.patterns import operators
from infra.local.patterns.patterns import compiled
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.schedules import NAME, checked
from infra.local.provisioning.shapes import (
    anything,
    choice,
    list_of,
    map_of,
    named,
    number,
    record,
    scalar,
    shown,
    text,
)

BUS_NAME = named(
    r"(?!default$)[a-zA-Z0-9_.-]{1,256}", "a name other than default: letters, digits, -, _ and ."
)
HERE = f"{REGION}:{ACCOUNT}:"


def _buses() -> dict[str, Any]:
    """Those that moto holds, by name."""
    held: dict[str, Any] = backend("events").event_buses
    return held


def _bus(declared: Declared) -> Resource:
    name = declared.properties["Name"]
    return declared.resource(name, Arn=f"arn:aws:events:{HERE}event-bus/{name}", Name=name)


def _create_bus(declared: Declared, described: Resource) -> Resource:
    if described.id in _buses():
        raise Refused(
            f"there is an event bus {described.id} already; choose another Name, or let its stack leave"
        )
    client("events").create_event_bus(Name=described.id)
    return described


def _remove_bus(bus: Resource) -> None:
    client("events").delete_event_bus(Name=bus.id)


def _rule(declared: Declared) -> Resource:
    bus, name = _names(declared)
    path = name if bus == "default" else f"{bus}/{name}"
    # The physical id is CloudFormation's.
    physical_id = name if bus == "default" else f"{bus}|{name}"
    return declared.resource(physical_id, Arn=f"arn:aws:events:{HERE}rule/{path}")


def _names(declared: Declared) -> tuple[str, str]:
    """The names of the bus, which may be given by its ARN, and of the rule. Raises Refused for no bus."""
    given = declared.properties.get("EventBusName", "default")
    name = given.removeprefix(f"arn:aws:events:{HERE}event-bus/")
    if name not in _buses():
        raise Refused(
            f"EventBusName: there is no event bus {given}; refer to one of this template, "
            "or let its stack join first"
        )
    return name, declared.properties.get("Name", declared.name_within(64))


def _create_rule(declared: Declared, described: Resource) -> Resource:
    bus, name = _names(declared)
    if name in _buses()[bus].rules:  # PutRule would replace it
        raise Refused(f"there is a rule {name} already; choose another Name, or let its stack leave")
    times, targets = _times(declared, bus), declared.properties.get("Targets", [])
    if len(targets) > MOST_TARGETS:
        raise Refused(
            f"Targets has {len(targets)} targets, and a rule at most {MOST_TARGETS}; add another rule"
        )
    for index, target in enumerate(targets):
        _check(declared, f"Targets[{index}]", target)
    put = {
        key: declared.properties[key] for key in ("ScheduleExpression", "State") if key in declared.properties
    }
    if "EventPattern" in declared.properties:
        put["EventPattern"] = json.dumps(declared.properties["EventPattern"])
    client("events").put_rule(Name=name, EventBusName=bus, **put)
    try:
        if targets:
            client("events").put_targets(Rule=name, EventBusName=bus, Targets=targets)
    except BaseException:
        _remove_rule(described)
        raise
    if times is not None:
        declared.stack.schedules[declared.logical_id] = Schedule(
            declared.logical_id, described.attributes["Arn"], times, "aws.events"
        )
    return described


def _remove_rule(rule: Resource) -> None:
    bus, _, name = rule.id.rpartition("|")
    if held := _buses().get(bus or "default"):  # a bus of another stack may have left before
        held.rules.pop(name, None)


def _times(declared: Declared, bus: str) -> Times | None:
    expression = declared.properties.get("ScheduleExpression")
    if expression is None:
        if "EventPattern" not in declared.properties:
            raise Refused("EventPattern and ScheduleExpression are missing; add one of them")
        return None
    if bus != "default":
        raise Refused("ScheduleExpression is for rules of the default bus; remove it, or EventBusName")
    if expression.startswith("at("):
        raise Refused("ScheduleExpression: a rule has rate(...) or cron(...); use AWS::Scheduler::Schedule")
    return checked(Times(expression))


def _check(declared: Declared, path: str, target: Mapping[str, Any]) -> None:
    """Raises Refused for a target that AWS refuses, or that cannot be played."""
    arn = target["Arn"]
    service = arn.split(":")[2] if arn.startswith("arn:aws:") else ""
    if service == "lambda":
        function_of(declared, arn, f"{path}.Arn")
    elif service not in ("sqs", "sns") or HERE not in arn:
        raise Refused(
            f"{path}.Arn: {shown(arn)} cannot be played locally; "
            "use a function, a queue or a topic of this account and region"
        )
    elif service == "sns" and arn.endswith(".fifo"):
        raise Refused(f"{path}.Arn: EventBridge sends to no FIFO topic; use a standard topic")
    dead_letters = target.get("DeadLetterConfig", {}).get("Arn", f"arn:aws:sqs:{HERE}none")
    if not dead_letters.startswith(f"arn:aws:sqs:{HERE}") or dead_letters.endswith(".fifo"):
        raise Refused(f"{path}.DeadLetterConfig.Arn is {shown(dead_letters)}; give a standard queue's ARN")
    try:
        inputs.check(target)
    except inputs.Invalid as reason:
        property_, message = reason.args
        raise Refused(f"{path}.{property_}: {message.rstrip('.')}; correct it") from None


def _pattern(path: str, value: Any) -> Any:
    """The shape of an event pattern, which may also be written as JSON."""
    try:
        pattern = json.loads(value) if isinstance(value, str) else value
        compiled(pattern)
    except ValueError:
        raise Refused(f"{path} is {shown(value)}; give an event pattern") from None
    except operators.Refused as reason:
        raise Refused(f"{path}: {reason}; correct it") from None
    return pattern


TARGET = record(
    ("Arn", "Id"),
    Arn=text,
    DeadLetterConfig=record(Arn=text),
    Id=named("[a-zA-Z0-9_.-]{1,64}", "up to 64 letters, digits, hyphens, dots and underscores"),
    Input=text,
    InputPath=text,
    InputTransformer=record(("InputTemplate",), InputPathsMap=map_of(text), InputTemplate=text),
    # Only a target that is there for a while and refuses events is tried again, and here none is.
    RetryPolicy=record(MaximumEventAgeInSeconds=number(60, 86_400), MaximumRetryAttempts=number(0, 185)),
    RoleArn=anything,
    SqsParameters=record(MessageGroupId=text),
)

KINDS = {
    "AWS::Events::EventBus": Kind(
        _bus,
        _create_bus,
        _remove_bus,
        service="events",
        played={"Name": BUS_NAME},
        required=("Name",),
        # Dead letters of a bus are events that cannot be encrypted.
        left_out=("DeadLetterConfig", "Description", "KmsKeyIdentifier", "LogConfig", "Policy", "Tags"),
    ),
    "AWS::Events::Rule": Kind(
        _rule,
        _create_rule,
        _remove_rule,
        service="events",
        played={
            "EventBusName": text,
            "EventPattern": _pattern,
            "Name": NAME,
            "ScheduleExpression": scalar,
            "State": choice("DISABLED", "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
            "Targets": list_of(TARGET),
        },
        left_out=("Description", "RoleArn", "Tags"),
    ),
}
