"""Filter policies that SNS refuses, and that it accepts."""

from typing import Any

import pytest

from infra.local.aws.refusals import filter_policies


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"a": []}, "Empty arrays are not allowed"),
        ({"a": "x"}, '"a" must be an object or an array'),
        ({"a": [["x"]]}, "Match value must be String, number, true, false, or null"),
        ({"a": [{"like": "x"}]}, "Unrecognized match type like"),
        ({"a": [{"prefix": "x", "suffix": "x"}]}, "Only one key allowed in match expression"),
        ({"a": [{"exists": "no"}]}, "exists match pattern must be either true or false."),
        ({"a": [{"suffix": 1}]}, "suffix match pattern must be a string"),
        ({"a": [{"anything-but": {"exists": False}}]}, "Unsupported anything-but pattern: exists"),
        ({"a": [{"cidr": "10.0.0.0"}]}, "Malformed CIDR, one '/' required"),
        ({"a": [{"cidr": "10.0.0.0/x"}]}, "Malformed CIDR, mask bits must be an integer"),
        ({"a": [{"cidr": "ten/8"}]}, "Nonstandard IP address: ten"),
        ({"a": [{"numeric": []}]}, "Invalid member in numeric match: ]"),
        ({"a": [{"numeric": ["?", 1]}]}, "Unrecognized numeric range operator: ?"),
        ({"a": [{"numeric": ["=", "1"]}]}, "Value of equals must be numeric"),
        ({"a": [{"numeric": ["<", 1, ">", 0]}]}, "Too many elements in numeric expression"),
        ({"a": [{"numeric": [">", 3, "<", 1]}]}, "Bottom must be less than top"),
        ({"a": [{"numeric": [">", 1, "<", 3, "<", 5]}]}, "Too many terms in numeric range expression"),
        ({str(number): ["x"] for number in range(6)}, "Filter policy can not have more than 5 keys"),
        ({"a": ["x"] * 151}, "Filter policy is too complex"),
        ({"a": {"b": {"c": ["x"] * 51}}}, "Filter policy is too complex"),
    ],
)
def test_a_filter_policy_is_refused(policy: dict[str, Any], message: str) -> None:
    with pytest.raises(filter_policies.InvalidPolicy) as refused:
        filter_policies.check(policy, nested=True)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"a": ["x", 1, True, None, {"exists": False}, {"anything-but": ["x"]}]},
        {"a": [{"numeric": [">", 0, "<=", 100]}, {"cidr": "10.0.0.0/24"}, {"wildcard": "a*b"}]},
        {"$or": [{"a": ["x"] * 75}, {"b": ["x"] * 75}]},
        {"a": {"b": {"c": ["x"] * 50}}},
    ],
)
def test_a_filter_policy_is_accepted(policy: dict[str, Any]) -> None:
    filter_policies.check(policy, nested=True)
    assert filter_policies.combinations(policy) <= filter_policies.MOST_COMBINATIONS
