"""Batches within the limits of SNS, and entries that SNS does not accept."""

from typing import Any, NamedTuple
from unittest.mock import Mock

from choreography.publishing import batches, publish


class Event(NamedTuple):
    type: str
    message: str


SMALL, LARGE = Event("t", "x" * 10), Event("t", "x" * 100_000)


def test_a_batch_stays_within_ten_events_and_the_size_limit_of_sns() -> None:
    assert [len(batch) for batch in batches([SMALL] * 12 + [LARGE] * 3)] == [10, 4, 1]


def test_an_event_that_is_missing_from_the_answer_was_not_accepted() -> None:
    failed: list[dict[str, Any]] = [{"Id": "1", "Code": "InternalError", "SenderFault": False}]
    sns = Mock(publish_batch=Mock(return_value={"Successful": [{"Id": "0"}], "Failed": failed}))
    assert publish(sns, "arn", dict(enumerate([SMALL, SMALL, LARGE]))) == ({1: SMALL, 2: LARGE}, failed)
