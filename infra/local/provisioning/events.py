"""Event buses of EventBridge, and rules with an event pattern, a schedule or both."""

import json
from collections.abc import Mapping
from typing import Any

from infra.local.aws.backends import backend
from infra.local.aws.clients import client
from infra.local.aws.event_bus import inputs
from infra.local.aws.refusals.events import MOST_TARGETS
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.expressions import ScheduleTimes
from infra.local.model.stack import Resource, Schedule
from infra.local.patterns import operators
from infra.local.patterns.patterns import compile_pattern
from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.schedules import NAME, checked
from infra.local.provisioning.shapes import (
    any_value,
    describe_value,
    integer,
    list_of,
    map_of,
    matching,
    one_of,
    scalar,
    strict_object,
    text,
)
from infra.shared.arns import service_of

BUS_NAME = matching(
    r"(?!default$)[a-zA-Z0-9_.-]{1,256}", "a name other than default: letters, digits, -, _ and ."
)
HERE = f"{REGION}:{ACCOUNT}:"


def _buses() -> dict[str, Any]:
    """The event buses in moto, by name."""
    contents: dict[str, Any] = backend("events").event_buses
    return contents


def _bus(definition: ResourceDefinition) -> Resource:
    name = definition.properties["Name"]
    return definition.resource(name, Arn=f"arn:aws:events:{HERE}event-bus/{name}", Name=name)


def _create_bus(definition: ResourceDefinition, described: Resource) -> Resource:
    if described.id in _buses():
        raise PropertyError(
            f"the event bus {described.id} exists already; "
            "choose another Name, or run `choreo leave` for its stack"
        )
    client("events").create_event_bus(Name=described.id)
    return described


def _remove_bus(bus: Resource) -> None:
    client("events").delete_event_bus(Name=bus.id)


def _rule(definition: ResourceDefinition) -> Resource:
    bus, name = _names(definition)
    path = name if bus == "default" else f"{bus}/{name}"
    # The physical ID has the form that CloudFormation gives it.
    physical_id = name if bus == "default" else f"{bus}|{name}"
    return definition.resource(physical_id, Arn=f"arn:aws:events:{HERE}rule/{path}")


def _names(definition: ResourceDefinition) -> tuple[str, str]:
    """The names of the bus and of the rule. Raises PropertyError if the bus does not exist."""
    bus = definition.properties.get("EventBusName", "default")
    name = bus.removeprefix(f"arn:aws:events:{HERE}event-bus/")
    if name not in _buses():
        raise PropertyError(
            f"EventBusName: the event bus {bus} does not exist; refer to one of this template, "
            "or join the stack that creates it first"
        )
    return name, definition.properties.get("Name", definition.name_within(64))


def _create_rule(definition: ResourceDefinition, described: Resource) -> Resource:
    bus, name = _names(definition)
    if name in _buses()[bus].rules:  # PutRule would replace it
        raise PropertyError(
            f"the rule {name} exists already; choose another Name, or run `choreo leave` for its stack"
        )
    times, targets = _times(definition, bus), definition.properties.get("Targets", [])
    if len(targets) > MOST_TARGETS:
        raise PropertyError(
            f"Targets has {len(targets)} targets, but a rule has at most {MOST_TARGETS}; add another rule"
        )
    for index, target in enumerate(targets):
        _check(definition, f"Targets[{index}]", target)
    put = {
        key: definition.properties[key]
        for key in ("ScheduleExpression", "State")
        if key in definition.properties
    }
    if "EventPattern" in definition.properties:
        put["EventPattern"] = json.dumps(definition.properties["EventPattern"])
    client("events").put_rule(Name=name, EventBusName=bus, **put)
    try:
        if targets:
            client("events").put_targets(Rule=name, EventBusName=bus, Targets=targets)
    except BaseException:
        _remove_rule(described)
        raise
    if times is not None:
        definition.stack.schedules[definition.logical_id] = Schedule(
            definition.logical_id, described.attributes["Arn"], times, "aws.events"
        )
    return described


def _remove_rule(rule: Resource) -> None:
    bus, _, name = rule.id.rpartition("|")
    if contents := _buses().get(bus or "default"):  # another stack may have removed its bus before
        contents.rules.pop(name, None)


def _times(definition: ResourceDefinition, bus: str) -> ScheduleTimes | None:
    expression = definition.properties.get("ScheduleExpression")
    if expression is None:
        if "EventPattern" not in definition.properties:
            raise PropertyError("EventPattern and ScheduleExpression are missing; add one of them")
        return None
    if bus != "default":
        raise PropertyError("ScheduleExpression needs the default bus; remove it or EventBusName")
    if expression.startswith("at("):
        raise PropertyError("ScheduleExpression: a rule cannot have at(...); use AWS::Scheduler::Schedule")
    return checked(ScheduleTimes(expression))


def _check(definition: ResourceDefinition, path: str, target: Mapping[str, Any]) -> None:
    """Raises PropertyError for a target that is invalid or not supported locally."""
    arn = target["Arn"]
    service = service_of(arn)
    if service == "lambda":
        function_of(definition, arn, f"{path}.Arn")
    elif service not in ("sqs", "sns") or HERE not in arn:
        raise PropertyError(
            f"{path}.Arn: {describe_value(arn)} is not supported locally; "
            "use a function, a queue or a topic of this account and region"
        )
    elif service == "sns" and arn.endswith(".fifo"):
        raise PropertyError(f"{path}.Arn: EventBridge does not support FIFO topics; use a standard topic")
    dead_letters = target.get("DeadLetterConfig", {}).get("Arn", f"arn:aws:sqs:{HERE}none")
    if not dead_letters.startswith(f"arn:aws:sqs:{HERE}") or dead_letters.endswith(".fifo"):
        raise PropertyError(
            f"{path}.DeadLetterConfig.Arn is {describe_value(dead_letters)}; give the ARN of a standard queue"
        )
    try:
        inputs.check(target)
    except inputs.Invalid as reason:
        property_, message = reason.args
        raise PropertyError(f"{path}.{property_}: {message.rstrip('.')}; correct it") from None


def _pattern(path: str, value: Any) -> Any:
    """An event pattern, as an object or as JSON text."""
    try:
        pattern = json.loads(value) if isinstance(value, str) else value
        compile_pattern(pattern)
    except ValueError:
        raise PropertyError(f"{path} is {describe_value(value)}; give an event pattern") from None
    except operators.InvalidPattern as reason:
        raise PropertyError(f"{path}: {reason}; correct it") from None
    return pattern


TARGET = strict_object(
    ("Arn", "Id"),
    Arn=text,
    DeadLetterConfig=strict_object(Arn=text),
    Id=matching("[a-zA-Z0-9_.-]{1,64}", "up to 64 letters, digits, hyphens, dots and underscores"),
    Input=text,
    InputPath=text,
    InputTransformer=strict_object(("InputTemplate",), InputPathsMap=map_of(text), InputTemplate=text),
    # RetryPolicy has no effect: no local target rejects events for a while.
    RetryPolicy=strict_object(
        MaximumEventAgeInSeconds=integer(60, 86_400), MaximumRetryAttempts=integer(0, 185)
    ),
    RoleArn=any_value,
    SqsParameters=strict_object(MessageGroupId=text),
)

RESOURCE_TYPES = {
    "AWS::Events::EventBus": ResourceType(
        _bus,
        _create_bus,
        _remove_bus,
        service="events",
        supported={"Name": BUS_NAME},
        required=("Name",),
        # A bus dead-letters only events that it cannot encrypt.
        ignored=("DeadLetterConfig", "Description", "KmsKeyIdentifier", "LogConfig", "Policy", "Tags"),
    ),
    "AWS::Events::Rule": ResourceType(
        _rule,
        _create_rule,
        _remove_rule,
        service="events",
        supported={
            "EventBusName": text,
            "EventPattern": _pattern,
            "Name": NAME,
            "ScheduleExpression": scalar,
            "State": one_of("DISABLED", "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
            "Targets": list_of(TARGET),
        },
        ignored=("Description", "RoleArn", "Tags"),
    ),
}
