"""SQS, SNS and DynamoDB answer as AWS was recorded to; what differs is named, with its reason."""

import re
from types import ModuleType
from typing import Any

import pytest

from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from tests.recorded.differing import DIFFERING, NOT_PLAYED, STEPS_NOT_PLAYED
from tests.recorded.plays import (
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
from tests.recorded.plays.played import Played, theirs
from tests.recorded.recorded import answers, differences

PLAYS: dict[str, tuple[ModuleType, ...]] = {
    "dynamodb": (items, streams),
    "sns": (publishing, subscriptions, deliveries),
    "sns_filter_policies": (filter_policies, filter_policies_on_bodies, invalid_filter_policies),
    "sqs": (sqs, receiving),
}
RECORDED = {
    (service, entry): recorded["answers"] for service in PLAYS for entry, recorded in answers(service).items()
}
NAME = re.compile(r"\w+::test_(?P<play>\w+)(?:\[(?P<given>.*)\])?")


def played(service: str, entry: str) -> dict[str, Any]:
    """Our answers to what the recorded test asked, by the names of its steps."""
    found = NAME.fullmatch(entry)
    assert found is not None, entry
    (play,) = (getattr(each, found["play"]) for each in PLAYS[service] if hasattr(each, found["play"]))
    with patched_moto(), environment({}):
        ours: dict[str, Any] = play(Played(), found["given"] or "")
    return ours


@pytest.mark.parametrize(("service", "entry"), [key for key in RECORDED if key[1] not in NOT_PLAYED])
def test_the_local_aws_answers_as_aws_did(service: str, entry: str) -> None:
    ours, recorded = played(service, entry), RECORDED[service, entry]
    unplayed = {step for name, step in STEPS_NOT_PLAYED if name == entry}
    assert ours.keys() == recorded.keys() - unplayed
    found = {step: differences(theirs(recorded[step]), ours[step]) for step in ours}
    expected = {step for name, step in DIFFERING if name == entry}
    assert {step: told for step, told in found.items() if told and step not in expected} == {}
    assert {step for step, told in found.items() if told} == expected


def test_what_is_not_played_is_recorded() -> None:
    steps = {(entry, step) for (_, entry), steps in RECORDED.items() for step in steps}
    assert NOT_PLAYED.keys() <= {entry for entry, _ in steps}
    assert STEPS_NOT_PLAYED.keys() | DIFFERING.keys() <= steps
