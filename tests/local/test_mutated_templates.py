"""A valid template with changed or missing values is accepted, or reports one error."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.provisioning import reading
from tests.local.templates import ACCEPTED
from tests.local.templates.outcomes import UNEXPECTED, folder, outcome

__all__ = ["folder"]  # the fixture

VALID = reading.read(Path(__file__).parent / "templates/valid/template.yaml")
DROPPED = "(dropped)"
REPLACEMENTS: tuple[Any, ...] = (
    DROPPED,
    None,
    True,
    0,
    -1,
    "",
    "x",
    "a.b",
    [],
    ["x"],
    {},
    {"x": "y"},
    {"Ref": "Q"},
    {"Fn::Sub": 1},
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all values in a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield (*path, key)
        yield from paths(each, (*path, key))


PATHS = list(paths(VALID))


def changed(changes: dict[tuple[str | int, ...], Any]) -> str:
    """The valid template as JSON, with these values at these paths."""
    template = copy.deepcopy(VALID)
    for path, value in changes.items():
        inner = template
        try:
            for key in path[:-1]:
                inner = inner[key]
            if value == DROPPED:
                del inner[path[-1]]
            else:
                inner[path[-1]] = copy.deepcopy(value)
        except (IndexError, KeyError, TypeError):
            continue  # another change has removed this path
    return json.dumps(template)


def test_the_valid_template_is_accepted() -> None:
    assert outcome(changed({})) == ACCEPTED


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(PATHS), st.sampled_from(REPLACEMENTS), min_size=1, max_size=2))
def test_a_changed_template_is_accepted_or_reports_an_error(
    changes: dict[tuple[str | int, ...], Any],
) -> None:
    result = outcome(changed(changes))
    assert result == ACCEPTED or result.startswith("template.yaml:")
    assert UNEXPECTED not in result
    assert "\n" not in result


@pytest.mark.proof
@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=repr)
def test_every_single_change_is_accepted_or_reports_an_error(replacement: Any) -> None:
    for path in PATHS:
        result = outcome(changed({path: replacement}))
        assert result == ACCEPTED or (UNEXPECTED not in result and "\n" not in result), (path, result)
