"""The input of a rule's target: Input, InputPath and InputTransformer.

LocalStack's tests recorded the results from AWS (test_events_inputs). The rules are documented in
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from infra.local.aws.event_bus import inputs

RULE = SimpleNamespace(arn="arn:rule", name="mine")
EVENT = {
    "version": "0",
    "id": "1",
    "detail-type": "order",
    "source": "shop",
    "resources": ["arn:a", "arn:b"],
    "detail": {
        "total": 5,
        "name": 'the "best"',
        "lines": [{"sku": "a"}, {"sku": "b"}],
        "paid": True,
        "note": None,
    },
}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, json.dumps(EVENT, separators=(",", ":"))),
        ({"Input": '{"a": 1}'}, '{"a": 1}'),
        ({"InputPath": "$.detail.lines"}, '[{"sku":"a"},{"sku":"b"}]'),
        ({"InputPath": "$.detail.lines[1].sku"}, '"b"'),
        ({"InputPath": "$.detail.lines[*].sku"}, '["a","b"]'),
        ({"InputPath": "$['detail']['total']"}, "5"),
        ({"InputPath": "$.detail-type"}, '"order"'),
        ({"InputPath": "$.detail.none"}, "null"),
        ({"InputPath": "$.detail.lines[2]"}, "null"),
        ({"InputPath": "$"}, json.dumps(EVENT, separators=(",", ":"))),
    ],
)
def test_a_target_gets_the_event_or_a_part_or_a_constant(target: Any, expected: str) -> None:
    inputs.check({"Id": "a", **target})
    assert inputs.text(target, RULE, EVENT) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"<type> of <total>"', '"order of 5"'),
        ('"<type> of <none>"', '"order of "'),
        (r'"\"<type>\" paid: <paid>, {[/"', r'"\"order\" paid: true, {[/"'),
        ('"a <lines>"', '"a [{sku:a},{sku:b}]"'),
        ('"<type>"\n"<total>"', '"order"\n"5"'),
        ('{ "a": <type>, "b": [<total>, <paid>, 9] }', '{"a":"order","b":[5,true,9]}'),
        ('{"a": "of <type>", "b": <none>, "c": <note>}', '{"a":"of order","b":"","c":null}'),
        ('{"a": <line>}', '{"a":{"sku":"a"}}'),
        ('{"a": <name>}', r'{"a":"the \"best\""}'),
        ('{"a": "<name>"}', '{"a": "the "best""}'),  # AWS escapes no value: this is not JSON
        ('"<aws.events.rule-arn> is <aws.events.rule-name>"', '"arn:rule is mine"'),
    ],
)
def test_a_transformer_fills_its_template(template: str, expected: str) -> None:
    names = ("total", "paid", "note", "name", "none", "lines")
    paths = {name: f"$.detail.{name}" for name in names} | {
        "type": "$.detail-type",
        "line": "$.detail.lines[0]",
    }
    target = {"Id": "a", "InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}
    inputs.check(target)
    assert inputs.text(target, RULE, EVENT) == expected


def test_predefined_variables_contain_the_event_with_and_without_its_detail() -> None:
    template = '{"bare": <aws.events.event>, "all": <aws.events.event.json>}'
    filled = json.loads(inputs.text({"InputTransformer": {"InputTemplate": template}}, RULE, EVENT))
    assert filled["all"] == EVENT
    renamed = {"detailType" if name == "detail-type" else name: value for name, value in EVENT.items()}
    assert filled["bare"] == {name: value for name, value in renamed.items() if name != "detail"}
