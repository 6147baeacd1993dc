"""Our event patterns agree with what EventBridge's TestEventPattern answered."""

from typing import Any

import pytest

from infra.local.patterns.operators import InvalidPattern
from infra.local.patterns.patterns import compile_pattern
from tests.recorded.recorded import answers


def outcome(pattern: Any, event: Any) -> str:
    try:
        matches = compile_pattern(pattern)
    except InvalidPattern:
        return "refused"
    return "match" if matches(event) else "no match"


@pytest.mark.parametrize("case", answers("event_patterns"), ids=lambda case: case["name"])
def test_a_pattern_matches_as_recorded(case: dict[str, Any]) -> None:
    assert outcome(case["pattern"], case["event"]) == case["outcome"]
