"""Correction to moto's SNS: matches filter policies with the code for event patterns.

https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html; moto lacks some
operators and dotted names, and mixes up fields in `$or`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import patch

from moto.sns.models import SNSBackend
from moto.sns.utils import FilterPolicyMatcher

from infra.local.patterns.patterns import compile_pattern


def patches() -> Iterator[Any]:
    yield patch.object(FilterPolicyMatcher, "matches", _matches)
    # `refusals` refuses what AWS refuses. moto would refuse more.
    yield patch.object(SNSBackend, "_validate_filter_policy", lambda *_, **__: None)


def _matches(matcher: Any, message_attributes: Mapping[str, Any] | None, message: str) -> bool:
    """Whether a message passes. A policy on the body passes JSON objects only."""
    policy = matcher.filter_policy
    if not policy:
        return True
    if matcher.filter_policy_scope == "MessageAttributes":
        return compile_pattern(policy)(_event(message_attributes or {}))
    try:
        body = json.loads(message)
    except ValueError:
        return False
    return isinstance(body, dict) and compile_pattern(policy)(body)


def _event(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Message attributes as an event, with numbers and arrays parsed. Policies do not see binary values."""
    return {
        name: _value(given["Type"], given["Value"])
        for name, given in attributes.items()
        if not given["Type"].startswith("Binary")
    }


def _value(data_type: str, text: Any) -> Any:
    if data_type not in ("Number", "String.Array"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return float(text) if data_type == "Number" else text
