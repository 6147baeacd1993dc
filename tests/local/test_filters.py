"""Which records an event source mapping's filter lets through."""

from typing import Any

import pytest

from infra.local.event_sources import filters
from infra.local.template import TemplateError

EMITS = {"dynamodb": {"NewImage": {"emits": {"BOOL": [True]}}}}


def image(**attributes: Any) -> dict[str, Any]:
    return {"dynamodb": {"NewImage": attributes}}


@pytest.mark.parametrize(
    ("pattern", "record", "passes"),
    [
        (EMITS, image(emits={"BOOL": True}), True),
        (EMITS, image(emits={"BOOL": False}), False),
        (EMITS, image(), False),
        (EMITS, {"dynamodb": {}}, False),
        ({"a": [{"prefix": "order."}]}, {"a": "order.placed"}, True),
        ({"a": [{"prefix": "order."}]}, {"a": 1}, False),
        ({"a": [{"anything-but": ["x"]}]}, {"a": "y"}, True),
        ({"a": [{"anything-but": ["x"]}]}, {"a": "x"}, False),
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": [{"exists": True}]}, {}, False),
        ({"a": [1]}, {"a": True}, False),
        ({"a": ["x", "y"], "b": ["z"]}, {"a": "y", "b": "z"}, True),
    ],
)
def test_a_record_passes_where_every_field_matches(
    pattern: dict[str, Any], record: dict[str, Any], passes: bool
) -> None:
    assert filters.matches(pattern, record) is passes


def test_a_comparison_that_is_not_played_is_refused() -> None:
    with pytest.raises(TemplateError, match="numeric"):
        filters.check({"a": {"b": [{"numeric": [">", 1]}]}})
