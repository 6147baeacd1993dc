"""SQS, SNS and DynamoDB answer as recorded from AWS. `differing.py` names each difference and its reason."""

import re
from types import ModuleType
from typing import Any

import pytest

from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from tests.recorded.differing import DIFFERING, NOT_COMPARED, STEPS_NOT_COMPARED
from tests.recorded.recorded import answers, differences
from tests.recorded.scenarios import (
    deliveries,
    filter_policies,
    filter_policies_on_bodies,
    invalid_filter_policies,
    items,
    publishing,
    receiving,
    sqs,
    streams,
    subscriptions,
)
from tests.recorded.scenarios.local_aws import LocalAws, comparable

SCENARIOS: dict[str, tuple[ModuleType, ...]] = {
    "dynamodb": (items, streams),
    "sns": (publishing, subscriptions, deliveries),
    "sns_filter_policies": (filter_policies, filter_policies_on_bodies, invalid_filter_policies),
    "sqs": (sqs, receiving),
}
RECORDED = {
    (service, entry): recorded["answers"]
    for service in SCENARIOS
    for entry, recorded in answers(service).items()
}
NAME = re.compile(r"\w+::test_(?P<scenario>\w+)(?:\[(?P<given>.*)\])?")


def run_scenario(service: str, entry: str) -> dict[str, Any]:
    """Return our answers to the requests of a recorded test, by the names of its steps."""
    found = NAME.fullmatch(entry)
    assert found is not None, entry
    name = found["scenario"]
    (scenario,) = (getattr(each, name) for each in SCENARIOS[service] if hasattr(each, name))
    with patched_moto(), environment({}):
        ours: dict[str, Any] = scenario(LocalAws(), found["given"] or "")
    return ours


@pytest.mark.parametrize(("service", "entry"), [key for key in RECORDED if key[1] not in NOT_COMPARED])
def test_the_local_aws_answers_as_recorded_from_aws(service: str, entry: str) -> None:
    ours, recorded = run_scenario(service, entry), RECORDED[service, entry]
    left_out = {step for name, step in STEPS_NOT_COMPARED if name == entry}
    assert ours.keys() == recorded.keys() - left_out
    found = {step: differences(comparable(recorded[step]), ours[step]) for step in ours}
    expected = {step for name, step in DIFFERING if name == entry}
    assert {step: differ for step, differ in found.items() if differ and step not in expected} == {}
    assert {step for step, differ in found.items() if differ} == expected


def test_each_step_that_differs_or_is_not_compared_exists_in_the_recordings() -> None:
    steps = {(entry, step) for (_, entry), steps in RECORDED.items() for step in steps}
    assert NOT_COMPARED.keys() <= {entry for entry, _ in steps}
    assert STEPS_NOT_COMPARED.keys() | DIFFERING.keys() <= steps
