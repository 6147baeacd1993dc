"""The requests of the recorded tests of invalid filter policies.

Each function has the name of its test. The facts are from
LocalStack's tests/aws/services/sns/test_sns_filter_policy.py.
"""

import json
import re
from typing import Any

from tests.local.endpoint import queue_arn
from tests.recorded.recorded import answers
from tests.recorded.scenarios.local_aws import LocalAws, ask
from tests.recorded.scenarios.subscribed_queue import Answers


def policy_complexity(aws: LocalAws, _: str) -> Answers:
    values = {"key1": ["x"] * 100, "key2": ["x"] * 51}
    return {
        "error-complexity-in-one-condition": _subscribe(aws, {"key": ["x"] * 151}),
        "error-complexity-in-two-conditions": _subscribe(aws, values),
        "error-complexity-too-many-fields": _subscribe(aws, {f"key{number}": ["x"] for number in range(6)}),
    }


def policy_complexity_with_or(aws: LocalAws, _: str) -> Answers:
    flat = {
        "source": ["x"] * 4,
        "$or": [
            {"name": ["x"] * 6},
            {"kind": ["x"] * 4, "$or": [{"id": [1] * 4}, {"space": [1] * 4}]},
        ],
    }
    nested = {
        "$or": [{"name": ["x"] * 3}, {"space": ["x"] * 2}],
        "detail": {"scope": ["x"] * 2, "$or": [{"source": ["x"]}, {"type": ["x"] * 3}]},
    }
    return {
        "error-complexity-or-flat": _subscribe(aws, flat),
        "error-complexity-or-nested": _subscribe(aws, nested, FilterPolicyScope="MessageBody"),
    }


def _subscribe(aws: LocalAws, policy: Any, **attributes: str) -> Any:
    given = {"FilterPolicy": policy if isinstance(policy, str) else json.dumps(policy), **attributes}
    return ask(
        aws.sns.subscribe,
        TopicArn=aws.topic(),
        Protocol="sqs",
        Endpoint=queue_arn("queue"),
        Attributes=given,
    )


CIDRS = {
    "error-condition-bad-cidr-str": "bad-filter",
    "error-condition-bad-cidr-str-slash": "bad-filter/64",
    "error-condition-bad-cidr-str-slash-2": "bad-filter/bad",
    "error-condition-bad-cidr-v4": "xx.11.xx/8",
    "error-condition-bad-cidr-v6": "xxxx:db8:1234:1a00::/64",
}
"""The operands of the policies that the recorded messages do not contain."""


def _conditions(name: str, aws: LocalAws) -> Answers:
    """Subscribe with each policy of a recorded test. The recorded messages contain the policies."""
    recorded = answers("sns_filter_policies")[f"TestSNSFilterPolicyConditions::test_{name}"]["answers"]
    found = {}
    for step, answer in recorded.items():
        source = re.search(r'\(String\)"(.*)"; line', answer["Error"]["Message"], re.DOTALL)
        policy = source[1] if source else {"key": [{"cidr": CIDRS[step]}]}
        found[step] = _subscribe(aws, policy)
    return found


def validate_policy(aws: LocalAws, _: str) -> Answers:
    return _conditions("validate_policy", aws)


def validate_policy_exists_operator(aws: LocalAws, _: str) -> Answers:
    return _conditions("validate_policy_exists_operator", aws)


def validate_policy_nested_anything_but_operator(aws: LocalAws, _: str) -> Answers:
    return _conditions("validate_policy_nested_anything_but_operator", aws)


def validate_policy_numeric_operator(aws: LocalAws, _: str) -> Answers:
    return _conditions("validate_policy_numeric_operator", aws)


def validate_policy_string_operators(aws: LocalAws, _: str) -> Answers:
    return _conditions("validate_policy_string_operators", aws)
