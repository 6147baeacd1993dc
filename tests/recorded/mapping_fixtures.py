"""Fixtures of the tests that compare event source mappings with recorded answers."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from tests.local.event_sources import Clock
from tests.recorded.differing import MAPPING_STEPS_NOT_COMPARED

REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with patched_moto(), environment({}):
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


def recorded(answered: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the answers of an entry, without those that the tests do not compare."""
    found: dict[str, Any] = answered[name]["answers"]
    return {step: found[step] for step in found if (name, step) not in MAPPING_STEPS_NOT_COMPARED}
