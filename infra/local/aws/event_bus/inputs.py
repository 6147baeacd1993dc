"""What a target gets: the event, or what Input, InputPath or InputTransformer make of it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html

AWS does not document what an InputPath gives that the event does not have; here it gives null.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from infra.local.aws.event_bus.paths import Missing, found, is_path

WAYS = ("Input", "InputPath", "InputTransformer")
PREDEFINED = (
    *("aws.events.rule-arn", "aws.events.rule-name", "aws.events.event", "aws.events.event.json"),
    "aws.events.event.ingestion-time",
)
STRING = r'"(?:[^"\\]|\\.)*"'
PLACEHOLDER = re.compile(r"<([^<>\"\s]+)>")
PIECE = re.compile(rf"(?P<string>{STRING})|{PLACEHOLDER.pattern}", re.DOTALL)

Target = Mapping[str, Any]
"""A target as PutTargets has it."""


class Invalid(Exception):
    """AWS refuses the target: the property, and a message, which is AWS's where it is known."""


def check(target: Target) -> None:
    """Raises Invalid for a target whose input AWS refuses, and for a path that finds nothing on AWS."""
    given, name = [way for way in WAYS if way in target], target["Id"]
    if len(given) > 1:
        told = f"Only one of Input, InputPath, or InputTransformer must be provided for target {name}."
        raise Invalid(given[1], told)
    if not _is_json(target.get("Input", "null")):
        raise Invalid("Input", f"Input for target {name} is no JSON.")
    if not is_path(path := target.get("InputPath", "$")):
        raise Invalid("InputPath", f"{path} is no JSON path of names, indexes and *.")
    if "InputTransformer" in target:
        _check_transformer(target["InputTransformer"], name)


def _check_transformer(transformer: Mapping[str, Any], target: str) -> None:
    paths, template = transformer.get("InputPathsMap", {}), transformer["InputTemplate"]
    for name, path in paths.items():
        if not is_path(path):
            told = f"{path} is no JSON path of names, indexes and *."
            raise Invalid(f"InputTransformer.InputPathsMap.{name}", told)
    for placeholder in PLACEHOLDER.findall(template):
        if placeholder not in paths and placeholder not in PREDEFINED:
            told = f"InputTemplate for target {target} contains invalid placeholder {placeholder}."
            raise Invalid("InputTransformer.InputTemplate", told)
    if not _are_json(PIECE.sub(_without_value, template)):
        told = f"InputTemplate for target {target} is no JSON; text needs quotes."
        raise Invalid("InputTransformer.InputTemplate", told)


def text(target: Target, rule: Any, event: Mapping[str, Any]) -> str:
    """The text that a target of a rule gets of an event."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return compact(_value(target["InputPath"], event, missing=None))
    if "InputTransformer" in target:
        return _transformed(target["InputTransformer"], rule, event)
    return compact(event)


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _transformed(transformer: Mapping[str, Any], rule: Any, event: Mapping[str, Any]) -> str:
    values = _predefined(rule, event) | {
        name: _value(path, event, missing="") for name, path in transformer.get("InputPathsMap", {}).items()
    }
    template = transformer["InputTemplate"]
    is_text = template.lstrip().startswith('"')

    def within_string(placeholder: re.Match[str]) -> str:
        value = values[placeholder[1]]
        if isinstance(value, str):
            return value  # AWS does not escape it
        return compact(value).replace('"', "") if is_text else compact(value)

    def filled(piece: re.Match[str]) -> str:
        if piece["string"] is not None:
            return PLACEHOLDER.sub(within_string, piece["string"])
        return compact(values[piece[2]])

    made = PIECE.sub(filled, template)
    return compact(json.loads(made)) if _is_json(made) else made


def _predefined(rule: Any, event: Mapping[str, Any]) -> dict[str, Any]:
    # AWS leaves out the detail, and renames a field, as LocalStack recorded.
    bare = {name: value for name, value in event.items() if name not in ("detail", "detail-type")}
    return {
        "aws.events.rule-arn": rule.arn,
        "aws.events.rule-name": rule.name,
        "aws.events.event": {**bare, "detailType": event["detail-type"]},
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _value(path: str, event: Mapping[str, Any], missing: Any) -> Any:
    try:
        return found(path, event)
    except Missing:
        return missing


def _without_value(piece: re.Match[str]) -> str:
    """A piece of a template that is JSON whatever the values are."""
    return "0" if piece["string"] is None else PLACEHOLDER.sub("", piece["string"])


def _is_json(given: str) -> bool:
    try:
        json.loads(given)
    except ValueError:
        return False
    return True


def _are_json(given: str) -> bool:
    """Whether these are JSON values in a row: a template may have several lines of quoted text."""
    rest = given.strip()
    while rest:
        try:
            _, end = json.JSONDecoder().raw_decode(rest)
        except ValueError:
            return False
        rest = rest[end:].lstrip()
    return True
