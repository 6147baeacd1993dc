"""`make continue-rollback` continues a stopped rollback until CloudFormation completes it."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra.deployment import rollback
from infra.deployment.rollback import FAILED, continue_rollback

IN_PROGRESS, COMPLETE = "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """A stubbed CloudFormation, and a clock that only pauses advance."""
    clock = [0.0]

    def pause(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr("time.sleep", pause)
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    with Stubber(boto3.Session("a", "b").client("cloudformation", region_name="eu-west-1")) as stubber:
        yield stubber


def answers(cloudformation: Stubber, *statuses: str) -> None:
    """Stub CloudFormation's answers. A call continues the rollback between FAILED and IN_PROGRESS."""
    for number, status in enumerate(statuses):
        stack: dict[str, Any] = {"StackName": "shop", "CreationTime": 0, "StackStatus": status}
        cloudformation.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "shop"})
        if status == FAILED and statuses[number + 1 : number + 2] == (IN_PROGRESS,):
            cloudformation.add_response("continue_update_rollback", {}, {"StackName": "shop"})


@pytest.mark.parametrize("status", [COMPLETE, "UPDATE_COMPLETE", "CREATE_COMPLETE"])
def test_a_stack_without_a_failed_rollback_is_not_changed(cloudformation: Stubber, status: str) -> None:
    answers(cloudformation, status)
    assert continue_rollback(cloudformation.client, "shop") == status


def test_a_rollback_continues_after_the_alarm_is_ok(cloudformation: Stubber) -> None:
    answers(cloudformation, FAILED, IN_PROGRESS, COMPLETE)
    assert continue_rollback(cloudformation.client, "shop") == COMPLETE
    cloudformation.assert_no_pending_responses()


def test_a_rollback_that_the_alarm_stops_twice_is_continued_twice(cloudformation: Stubber) -> None:
    answers(cloudformation, FAILED, IN_PROGRESS, FAILED, FAILED, IN_PROGRESS, COMPLETE)
    assert continue_rollback(cloudformation.client, "shop") == COMPLETE
    cloudformation.assert_no_pending_responses()


def test_after_the_maximum_time_the_command_fails_and_prints_why(
    cloudformation: Stubber, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rollback, "WAIT_SECONDS", 2 * rollback.PAUSE_SECONDS)
    monkeypatch.setattr("boto3.client", lambda _: cloudformation.client)
    answers(cloudformation, FAILED, IN_PROGRESS, FAILED, FAILED)
    assert rollback.main(["shop"]) == 1
    assert "An alarm is still in ALARM" in capsys.readouterr().err
