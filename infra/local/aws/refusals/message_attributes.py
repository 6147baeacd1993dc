"""The message attributes that SNS refuses: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html"""

import re
from collections.abc import Mapping
from typing import Any

from infra.local.aws.refusals.checks import Refusal, is_number

LONGEST_NAME = 256


def check(name: str, value: Mapping[str, Any], place: str) -> None:
    """Raises Refusal. AWS's message names `place`, the path of the attributes in the request."""
    if wrong := _wrong_name(name):
        raise Refusal("ParameterValueInvalid", wrong)
    data_type = value.get("DataType")
    if data_type is None:
        raise Refusal(
            "ValidationError",
            f"1 validation error detected: Value null at '{place}.{name}.member.dataType' "
            "failed to satisfy constraint: Member must not be null",
        )
    if wrong := _wrong_value(data_type, value):
        raise Refusal("ParameterValueInvalid", f"The message attribute '{name}' {wrong}")


def _wrong_name(name: str) -> str | None:
    odd = re.search(r"[^A-Za-z0-9_.-]", name)
    if len(name) > LONGEST_NAME:
        return f"Length of message attribute name must be less than {LONGEST_NAME} bytes."
    if odd:
        return (
            f"Invalid non-alphanumeric character '#x{ord(odd[0]):X}' was found in the message attribute "
            "name. Can only include alphanumeric characters, hyphens, underscores, or dots."
        )
    if name.startswith("."):
        return "Invalid message attribute name starting with character '.' was found."
    if name.endswith("."):
        return "Invalid message attribute name ending with character '.' was found."
    if ".." in name:
        return "Message attribute name can not have successive '.' character."
    return None


def _wrong_value(data_type: str, value: Mapping[str, Any]) -> str | None:
    kind = data_type.partition(".")[0]
    if kind not in ("Binary", "Number", "String"):
        return (
            "has an invalid message attribute type, "
            "the set of supported type prefixes is Binary, Number, and String."
        )
    field, other = ("Binary", "String") if kind == "Binary" else ("String", "Binary")
    if value.get(f"{other}Value"):
        return f"with type '{data_type}' must use field '{field}'."
    given = value.get(f"{field}Value")
    if not given:
        return f"must contain non-empty message attribute value for message attribute type '{data_type}'."
    if data_type == "Number" and not is_number(given):
        return "could not be cast to a number."
    return None
