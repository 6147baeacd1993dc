"""Filter criteria, which select the records that an event source mapping passes to its function."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.patterns import patterns
from infra.local.patterns.operators import InvalidPattern

MAX_PATTERN_LENGTH = 4096
"""https://docs.aws.amazon.com/lambda/latest/api/API_Filter.html"""
MAX_FILTERS = 5
"""The default quota; it can be raised to ten: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html"""

Filter = Callable[[Mapping[str, Any]], bool]
"""Whether a record passes the filter."""


def record_filter(properties: Mapping[str, Any], data: str) -> Filter:
    """The filter of a mapping with these properties. A record passes if one of the patterns matches.

    `data` is the key of a record's data: `body` or `dynamodb`. Raises InvalidPattern.
    """
    criteria = properties.get("FilterCriteria") or {}
    filters = (criteria.get("Filters") or []) if isinstance(criteria, Mapping) else None
    if not isinstance(filters, list):
        raise InvalidPattern("Filters must be a list")
    if len(filters) > MAX_FILTERS:
        raise InvalidPattern(f"{len(filters)} filters exceed AWS's default quota of {MAX_FILTERS}")
    alternatives = [_compile_filter(filter_, data) for filter_ in filters]
    return lambda record: not alternatives or any(matches(record) for matches in alternatives)


def _compile_filter(filter_: Any, data: str) -> Filter:
    text = filter_.get("Pattern") if isinstance(filter_, Mapping) else None
    if not isinstance(text, str):
        raise InvalidPattern("a filter needs a Pattern, which must be text")
    if len(text) > MAX_PATTERN_LENGTH:
        raise InvalidPattern(f"a Pattern has at most {MAX_PATTERN_LENGTH} characters")
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidPattern(f"the Pattern {text!r} is not JSON") from None
    matches = patterns.compile_pattern(pattern)
    if data == "body":
        return _body_filter(matches, pattern.get("body"))
    if not isinstance(pattern.get(data, {}), Mapping):
        raise InvalidPattern(f"the Pattern for {data} must be a JSON object")
    return matches


def _body_filter(matches: patterns.Pattern, rule: Any) -> Filter:
    """A filter for messages. A message passes only if its body and the pattern are both text or both JSON.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html, and the table of the formats in
    https://github.com/awsdocs/aws-lambda-developer-guide/blob/main/doc_source/invocation-eventfiltering.md
    """

    def passes(record: Mapping[str, Any]) -> bool:
        body, is_json = _parsed(record["body"])
        if rule is not None and is_json != isinstance(rule, Mapping):
            return False
        return matches({**record, "body": body})

    return passes


def _parsed(body: str) -> tuple[Any, bool]:
    """The body, parsed if it is JSON, and whether it is JSON."""
    try:
        return json.loads(body), True
    except (ValueError, RecursionError):
        return body, False
