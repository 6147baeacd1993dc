"""The input of a target: the event, or what Input, InputPath or InputTransformer make of it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html

AWS does not document what a target gets if the event has no value at the InputPath. Here it gets null.
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
"""A target, in the form that PutTargets takes."""


class Invalid(Exception):
    """AWS refuses the target. Arguments: the property, and a message, which is AWS's where we know it."""


def check(target: Target) -> None:
    """Raise Invalid for an input that AWS refuses, and for a path that AWS accepts but cannot evaluate."""
    given, name = [way for way in WAYS if way in target], target["Id"]
    if len(given) > 1:
        message = f"Only one of Input, InputPath, or InputTransformer must be provided for target {name}."
        raise Invalid(given[1], message)
    if not _is_json(target.get("Input", "null")):
        raise Invalid("Input", f"Input for target {name} is not valid JSON.")
    if not is_path(path := target.get("InputPath", "$")):
        raise Invalid("InputPath", f"{path} is not a JSON path of names, indexes and *.")
    if "InputTransformer" in target:
        _check_transformer(target["InputTransformer"], name)


def _check_transformer(transformer: Mapping[str, Any], target: str) -> None:
    paths, template = transformer.get("InputPathsMap", {}), transformer["InputTemplate"]
    for name, path in paths.items():
        if not is_path(path):
            message = f"{path} is not a JSON path of names, indexes and *."
            raise Invalid(f"InputTransformer.InputPathsMap.{name}", message)
    for placeholder in PLACEHOLDER.findall(template):
        if placeholder not in paths and placeholder not in PREDEFINED:
            message = f"InputTemplate for target {target} contains invalid placeholder {placeholder}."
            raise Invalid("InputTransformer.InputTemplate", message)
    if not _are_json(PIECE.sub(_without_value, template)):
        message = f"InputTemplate for target {target} is not valid JSON; put text in quotes."
        raise Invalid("InputTransformer.InputTemplate", message)


def text(target: Target, rule: Any, event: Mapping[str, Any]) -> str:
    """Return the input, as text, that a target of a rule gets for an event."""
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
    """Return JSON that stands for a piece of a template whose values are not known yet."""
    return "0" if piece["string"] is None else PLACEHOLDER.sub("", piece["string"])


def _is_json(given: str) -> bool:
    try:
        json.loads(given)
    except ValueError:
        return False
    return True


def _are_json(given: str) -> bool:
    """Whether the text is a sequence of JSON values: a template may have several lines of quoted text."""
    rest = given.strip()
    while rest:
        try:
            _, end = json.JSONDecoder().raw_decode(rest)
        except ValueError:
            return False
        rest = rest[end:].lstrip()
    return True
