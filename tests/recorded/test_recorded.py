"""The comparison with recorded answers finds each difference."""

import re
from typing import Any

import pytest

from tests.recorded import counts
from tests.recorded.recorded import differences


@pytest.mark.parametrize(
    ("recorded", "ours"),
    [
        ({"id": "<uuid:1>", "again": "<uuid:1>"}, {"id": "a", "again": "a"}),
        ("arn:<partition>:sqs:<region>:1", "arn:aws:sqs:eu-west-1:1"),
        ({"time": "<datetime>", "size": 3, "none": None}, {"time": 1.5, "size": 3, "none": None}),
    ],
)
def test_a_placeholder_matches_any_value(recorded: Any, ours: Any) -> None:
    assert differences(recorded, ours) == []


@pytest.mark.parametrize(
    ("recorded", "ours", "difference"),
    [
        ({"id": "<uuid:1>", "other": "<uuid:1>"}, {"id": "a", "other": "b"}, ".other: '<uuid:1>', 'b'"),
        ({"a": 1}, {}, ".a: 1, absent"),
        ({}, {"a": 1}, ".a: absent, 1"),
        ([1], [1, 2], "[1]: absent, 2"),
        ({"a": {"b": 1}}, {"a": {"b": True}}, ".a.b: 1, True"),
        ({"a": "<uuid:1>"}, {"a": None}, ".a: '<uuid:1>', None"),
    ],
)
def test_a_difference_is_named_by_its_path(recorded: Any, ours: Any, difference: str) -> None:
    assert differences(recorded, ours) == [difference]


def test_the_counts_list_each_answer_that_differs_or_is_not_compared(
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts.main()
    head, differing, left_out = capsys.readouterr().out.split("\n\n")
    *services, total = (list(map(int, re.findall(r"\b\d+\b", line))) for line in head.splitlines())
    assert [sum(column) for column in zip(*services, strict=True)] == total
    assert [differing.count("\n- "), left_out.count("\n- ")] == total[1:]
