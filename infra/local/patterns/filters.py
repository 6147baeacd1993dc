"""Filter criteria of an event source mapping: which records its function is invoked with."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.patterns import patterns
from infra.local.patterns.operators import Refused

LONGEST_PATTERN = 4096
"""https://docs.aws.amazon.com/lambda/latest/api/API_Filter.html"""
MOST_FILTERS = 5
"""Ten with a higher quota: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html"""

Filter = Callable[[Mapping[str, Any]], bool]
"""Whether a record passes."""


def record_filter(properties: Mapping[str, Any], data: str) -> Filter:
    """The filter of a mapping with these properties: a record passes if one of its patterns matches.

    `data` is the name of a record's data: `body` or `dynamodb`. Raises Refused for criteria that AWS refuses.
    """
    criteria = properties.get("FilterCriteria") or {}
    filters = (criteria.get("Filters") or []) if isinstance(criteria, Mapping) else None
    if not isinstance(filters, list):
        raise Refused("Filters has to be a list")
    if len(filters) > MOST_FILTERS:
        raise Refused(f"there are {len(filters)} filters; without a higher quota AWS takes {MOST_FILTERS}")
    alternatives = [_compiled(filter_, data) for filter_ in filters]
    return lambda record: not alternatives or any(matches(record) for matches in alternatives)


def _compiled(filter_: Any, data: str) -> Filter:
    text = filter_.get("Pattern") if isinstance(filter_, Mapping) else None
    if not isinstance(text, str):
        raise Refused("a filter has a Pattern, which is text")
    if len(text) > LONGEST_PATTERN:
        raise Refused(f"a Pattern has at most {LONGEST_PATTERN} characters")
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(f"the Pattern {text!r} is no JSON") from None
    matches = patterns.compiled(pattern)
    if data == "body":
        return _of_body(matches, pattern.get("body"))
    if not isinstance(pattern.get(data, {}), Mapping):
        raise Refused(f"the Pattern for {data} has to be a JSON object")
    return matches


def _of_body(matches: patterns.Pattern, rule: Any) -> Filter:
    """A message's body is text or JSON, and its format has to be the pattern's, or the message is dropped.

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
    """A body, and whether it is JSON."""
    try:
        return json.loads(body), True
    except (ValueError, RecursionError):
        return body, False
