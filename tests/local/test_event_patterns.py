"""Event patterns match events as EventBridge's guide describes, and invalid patterns are errors.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.patterns.operators import InvalidPattern
from infra.local.patterns.patterns import compile_pattern

ABSENT: dict[str, Any] = {}


def rule(*alternatives: Any) -> dict[str, Any]:
    return {"city": list(alternatives)}


@pytest.mark.parametrize(
    ("alternatives", "matching", "not_matching"),
    [
        (["Paris", "Oslo"], ["Oslo", ["Rome", "Paris"]], ["paris", "", None, []]),
        ([7], [7, 7.0, [1, 7]], ["7", True, 8]),
        ([True], [True], [1, "true", False]),
        ([None], [None], ["null", 0, []]),
        ([""], [""], [" ", None]),
        ([{"prefix": "Ne"}], ["New York", "Ne"], ["new york", 7, None]),
        ([{"prefix": ""}], ["", "x"], [7]),
        ([{"prefix": {"equals-ignore-case": "ne"}}], ["NEW YORK"], ["York"]),
        ([{"suffix": "ork"}], ["York"], ["YORK"]),
        ([{"suffix": {"equals-ignore-case": "ork"}}], ["YORK"], ["Yorkshire"]),
        ([{"equals-ignore-case": "oslo"}], ["OSLO"], ["Oslo fjord", None]),
        ([{"wildcard": "N*Y*k"}], ["New York", "NYk"], ["New Yorks", 7]),
        ([{"wildcard": r"5\* in *"}], ["5* in Oslo"], ["50 in Oslo"]),
        ([{"wildcard": r"C:\\*"}], ["C:\\temp"], ["C:temp"]),
        ([{"cidr": "10.1.0.0/16"}], ["10.1.255.255"], ["10.2.0.0", "10.1", 10]),
        ([{"cidr": "fd00::/8"}], ["fd12::1"], ["fe80::1", "10.1.0.0"]),
        ([{"numeric": ["=", 3]}], [3, 3.0], ["3", 4, True, None]),
        ([{"numeric": ["<", 3]}], [2.9, -5e9], [3, -6e9]),
        ([{"numeric": [">=", 3]}], [3, 5e9], [2, 6e9]),
        ([{"numeric": [">", 3, "<=", 5]}], [3.1, 5], [3, 5.1]),
        ([{"anything-but": "Oslo"}], ["Paris", 7, None, ["Oslo", "Rome"]], ["Oslo", []]),
        ([{"anything-but": ["Oslo", "Rome"]}], ["Paris"], ["Rome"]),
        ([{"anything-but": [1, 2]}], [3, "1"], [2.0]),
        ([{"anything-but": {"prefix": ["O", "R"]}}], ["Paris", 7, None], ["Oslo", "Rome"]),
        ([{"anything-but": {"suffix": "o"}}], ["Paris"], ["Oslo"]),
        ([{"anything-but": {"wildcard": "O*o"}}], ["Paris"], ["Oslo"]),
        ([{"anything-but": {"equals-ignore-case": ["oslo", "rome"]}}], ["Paris"], ["ROME"]),
        ([{"exists": True}], ["", None, 0, [1]], [{"name": "Oslo"}, [], {}]),
        ([{"exists": False}], [{"name": "Oslo"}, [], {}], ["", None]),
        (["Oslo", {"exists": False}], ["Oslo", {}], ["Rome"]),
    ],
)
def test_an_operator_matches_values(
    alternatives: list[Any], matching: list[Any], not_matching: list[Any]
) -> None:
    matches = compile_pattern(rule(*alternatives))
    assert [value for value in matching if not matches({"city": value})] == []
    assert [value for value in not_matching if matches({"city": value})] == []


def test_only_exists_false_matches_a_field_that_is_missing() -> None:
    for each in ("x", None, {"prefix": ""}, {"anything-but": "x"}, {"exists": True}, {"numeric": ["<", 1]}):
        assert not compile_pattern(rule(each))(ABSENT)
    assert compile_pattern(rule({"exists": False}))(ABSENT)


@pytest.mark.parametrize("pattern", [{"a": {"b": ["x"]}}, {"a.b": ["x"]}])
@pytest.mark.parametrize("event", [{"a": {"b": "x"}}, {"a.b": "x"}])
def test_a_pattern_and_an_event_may_use_dots_in_names(pattern: Any, event: Any) -> None:
    assert compile_pattern(pattern)(event)


def test_one_object_in_an_array_must_meet_all_conditions() -> None:
    matches = compile_pattern({"staff": {"first": ["Ada"], "last": ["Byron"]}})
    assert matches({"staff": [{"first": "Max", "last": "Born"}, {"first": "Ada", "last": "Byron"}]})
    assert not matches({"staff": [{"first": "Ada", "last": "Born"}, {"first": "Max", "last": "Byron"}]})


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"kind": "a", "x": 1}, True),
        ({"kind": "a", "y": {"z": 2}}, True),
        ({"kind": "a", "x": 2}, False),
        ({"kind": "b", "x": 1}, False),
    ],
)
def test_an_or_needs_one_matching_alternative(event: Any, expected: bool) -> None:
    matches = compile_pattern({"kind": ["a"], "$or": [{"x": [1]}, {"y": {"z": [2]}}]})
    assert matches(event) is expected


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ({}, "the pattern is an empty object"),
        ([], "a pattern is a JSON object"),
        ({"a": {}}, "a is an empty object"),
        ({"a": {"b": "x"}}, "a.b must be an object or an array"),
        ({"a": []}, "a is an empty array"),
        ({"a": [["x"]]}, "a: a value must be text, a number, true, false or null"),
        ({"a": [{}]}, "a: an expression has exactly one operator"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "exactly one operator"),
        ({"a": [{"PREFIX": "x"}]}, "the operator PREFIX does not exist"),
        ({"a": [{"exists": "yes"}]}, "exists takes true or false"),
        ({"a": [{"prefix": ["x"]}]}, "prefix takes text"),
        ({"a": [{"suffix": 1}]}, "suffix takes text"),
        ({"a": [{"equals-ignore-case": ["x"]}]}, "equals-ignore-case takes text"),
        ({"a": [{"wildcard": "x**"}]}, "two wildcards in a row"),
        ({"a": [{"wildcard": "*.*.*.*.*.*"}]}, "at most 5 wildcards"),
        ({"a": [{"wildcard": r"\d"}]}, "backslash"),
        ({"a": [{"cidr": "10.0.0.1"}]}, "cidr takes a range"),
        ({"a": [{"cidr": "x/8"}]}, "cidr takes a range"),
        ({"a": [{"numeric": [">", 1, ">", 2]}]}, "numeric takes a comparison"),
        ({"a": [{"numeric": [">", 2, "<", 1]}]}, "numeric takes a comparison"),
        ({"a": [{"numeric": [">", 6e9]}]}, "numeric takes a comparison"),
        ({"a": [{"numeric": [">", True]}]}, "numeric takes a comparison"),
        ({"a": [{"anything-but": None}]}, "anything-but takes text or numbers"),
        ({"a": [{"anything-but": ["x", 1]}]}, "anything-but takes text or numbers"),
        ({"a": [{"anything-but": []}]}, "anything-but takes text or numbers"),
        ({"a": [{"anything-but": {"prefix": ""}}]}, "an empty prefix"),
        ({"a": [{"anything-but": {"prefix": {"equals-ignore-case": "x"}}}]}, "prefix takes text"),
        ({"a": [{"anything-but": {"cidr": "10.0.0.0/8"}}]}, "anything-but takes one of"),
        ({"$or": [{"a": ["x"]}]}, "not an array of two or more objects"),
        ({"$or": {"a": ["x"]}}, "not an array of two or more objects"),
        ({"$or": [{"prefix": ["x"]}, {"a": ["x"]}]}, "has the operator prefix"),
    ],
)
def test_the_error_for_an_invalid_pattern_names_the_reason(pattern: Any, reason: str) -> None:
    with pytest.raises(InvalidPattern, match=reason):
        compile_pattern(pattern)


VALUES = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=3)


@given(excluded=st.lists(st.text("ab", max_size=3), min_size=1) | st.lists(st.integers(-9, 9), min_size=1))
def test_anything_but_is_the_opposite_of_equality_for_every_value(excluded: list[Any]) -> None:
    equal, unequal = compile_pattern(rule(*excluded)), compile_pattern(rule({"anything-but": excluded}))
    for value in (None, True, 0, 1, "", "a", "ab", *excluded):
        assert equal({"city": value}) is not unequal({"city": value})


@given(event=st.recursive(VALUES, lambda v: st.lists(v) | st.dictionaries(st.text("ab."), v), max_leaves=9))
def test_a_pattern_accepts_every_json_event_without_an_error(event: Any) -> None:
    assert compile_pattern({"a": {"b": [{"exists": True}]}})(event) in (True, False)
