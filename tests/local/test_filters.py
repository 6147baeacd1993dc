"""Filter criteria of event source mappings: which records pass, and which criteria are invalid."""

import json
from typing import Any

import pytest

from infra.local.patterns.filters import record_filter
from infra.local.patterns.operators import InvalidPattern

EMITS = {"dynamodb": {"NewImage": {"emits": {"N": [{"exists": True}]}}}}
PLAIN, JSON = {"body": [{"prefix": "over"}]}, {"body": {"total": [{"numeric": [">", 10]}]}}


def criteria(*patterns: Any) -> dict[str, Any]:
    return {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]}}


def image(**attributes: Any) -> dict[str, Any]:
    return {"dynamodb": {"NewImage": attributes}}


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        (image(emits={"N": "1"}), True),
        (image(emits={"BOOL": False}), False),
        (image(), False),
        ({"dynamodb": {}}, False),
    ],
)
def test_a_stream_record_passes_if_the_pattern_matches(record: Any, passes: bool) -> None:
    assert record_filter(criteria(EMITS), "dynamodb")(record) is passes


def test_a_record_passes_if_one_of_several_filters_matches() -> None:
    passes = record_filter(criteria({"a": ["x"]}, {"b": ["y"]}), "body")
    assert passes({"body": "", "b": "y"})
    assert not passes({"body": "", "b": "x"})


@pytest.mark.parametrize("properties", [{}, {"FilterCriteria": None}, {"FilterCriteria": {"Filters": []}}])
def test_without_filters_every_record_passes(properties: dict[str, Any]) -> None:
    assert record_filter(properties, "body")({"body": "anything"})


@pytest.mark.parametrize(
    ("body", "pattern", "passes"),
    [
        ("over the limit", PLAIN, True),
        ("under the limit", PLAIN, False),
        ("over the limit", JSON, False),
        ('{"total": 11}', JSON, True),
        ('{"total": 9}', JSON, False),
        ('"over the limit"', PLAIN, False),
        ("over the limit", {"eventSource": ["aws:sqs"]}, True),
        ('{"total": 11}', {"eventSource": ["aws:sqs"]}, True),
        ("[" * 100_000, JSON, False),
    ],
)
def test_a_message_passes_only_if_its_body_has_the_format_of_the_pattern(
    body: str, pattern: Any, passes: bool
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html"""
    assert record_filter(criteria(pattern), "body")({"body": body, "eventSource": "aws:sqs"}) is passes


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"FilterCriteria": ["x"]}, "Filters must be a list"),
        ({"FilterCriteria": {"Filters": [{}]}}, "a filter needs a Pattern"),
        ({"FilterCriteria": {"Filters": [{"Pattern": {}}]}}, "a filter needs a Pattern, which must be text"),
        ({"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}, "is not JSON"),
        ({"FilterCriteria": {"Filters": [{"Pattern": " " * 4097}]}}, "at most 4096 characters"),
        (criteria("simple text"), "a pattern is a JSON object"),
        (criteria(None), "a pattern is a JSON object"),
        (criteria({"eventSource": "aws:sqs"}), "eventSource must be an object or an array"),
        (criteria({"eventSource": []}), "eventSource is an empty array"),
        (criteria(*[{"a": ["x"]}] * 6), "6 filters exceed"),
        (criteria({"dynamodb": ["x"]}), "must be a JSON object"),
    ],
)
def test_the_error_for_invalid_criteria_names_the_reason(properties: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidPattern, match=reason):
        record_filter(properties, "dynamodb")
