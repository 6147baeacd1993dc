"""Which AWS calls of a function go the short way to the backend, and that the others lose nothing."""

import logging
import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from aws_lambda_powertools.shared.user_agent import register_feature_to_client
from botocore import UNSIGNED
from botocore.exceptions import ClientError, NoCredentialsError

from infra.local.runtime import short_calls
from tests.cli.conftest import bare
from tests.local.conftest import Run
from tests.local.test_frames import client, framed, use

__all__ = ["bare", "framed"]


@pytest.fixture
def long_ways() -> Iterator[list[str]]:
    """The operations whose calls botocore makes itself."""
    made, make_request = list[str](), short_calls._make_request

    def recording(endpoint: Any, operation: Any, given: Any) -> Any:
        made.append(operation.name)
        return make_request(endpoint, operation, given)

    with patch.object(short_calls, "_make_request", recording):
        yield made


@pytest.mark.parametrize("retries", ["legacy", "standard"])
def test_the_calls_of_plain_clients_go_the_short_way(
    run: Run, framed: None, long_ways: list[str], retries: str
) -> None:
    use(run.url)
    config = {"retries": {"mode": retries}}
    client("dynamodb", run.url, **config).list_tables()
    client("secretsmanager", run.url, **config).list_secrets()
    client("sns", run.url, **config).list_topics()
    client("sqs", run.url, **config).list_queues()
    assert long_ways == []


def test_powertools_user_agent_does_not_change_the_way(run: Run, framed: None, long_ways: list[str]) -> None:
    use(run.url)
    dynamodb = client("dynamodb", run.url)
    register_feature_to_client(dynamodb, "idempotency")  # type: ignore[no-untyped-call]  # it has no types
    dynamodb.list_tables()
    assert long_ways == []


@pytest.mark.parametrize("event", short_calls.EVENTS)
def test_a_handler_of_an_event_is_called_from_then_on_until_it_is_removed(
    run: Run, framed: None, long_ways: list[str], event: str
) -> None:
    called = []

    def handler(event_name: str, **_: Any) -> None:
        called.append(event_name)

    use(run.url)
    sqs = client("sqs", run.url)
    sqs.list_queues()
    sqs.meta.events.register(f"{event}.sqs", handler)
    sqs.list_queues()
    sqs.meta.events.unregister(f"{event}.sqs", handler)
    sqs.list_queues()
    assert called == [f"{event}.sqs.ListQueues"]
    assert long_ways == ["ListQueues"]


def test_the_name_of_a_handler_does_not_hide_it(run: Run, framed: None, long_ways: list[str]) -> None:
    def _send(**_: Any) -> None: ...

    _send.__qualname__ = "_send"  # as at the top of a module
    use(run.url)
    sqs = client("sqs", run.url)
    sqs.meta.events.register("before-send.sqs", _send)
    sqs.list_queues()
    assert long_ways == ["ListQueues"]


def test_a_call_whose_answer_is_a_stream_of_events_goes_the_long_way(
    run: Run, framed: None, long_ways: list[str]
) -> None:
    use(run.url)
    kinesis = client("kinesis", run.url)
    with pytest.raises(ClientError):
        kinesis.subscribe_to_shard(ConsumerARN="any", ShardId="1", StartingPosition={"Type": "LATEST"})
    assert long_ways == ["SubscribeToShard"]


def test_a_client_with_adaptive_retries_counts_its_attempts(
    run: Run, framed: None, long_ways: list[str]
) -> None:
    use(run.url)
    client("dynamodb", run.url, retries={"mode": "adaptive"}).list_tables()
    assert long_ways == ["ListTables"]


def test_an_unsigned_call_is_none_of_an_aws_client(run: Run, framed: None) -> None:
    use(run.url)
    with pytest.raises(ClientError, match="404"):
        client("dynamodb", run.url, signature_version=UNSIGNED).list_tables()


def test_a_client_without_credentials_is_an_error(run: Run, framed: None, bare: pytest.MonkeyPatch) -> None:
    use(run.url)
    bare.setenv("AWS_EC2_METADATA_DISABLED", "true")
    bare.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    dynamodb = boto3.Session(region_name="eu-west-1").client("dynamodb", endpoint_url=run.url)
    with pytest.raises(NoCredentialsError):
        dynamodb.list_tables()


def test_botocore_logs_its_requests_if_asked(
    run: Run, framed: None, caplog: pytest.LogCaptureFixture
) -> None:
    use(run.url)
    dynamodb = client("dynamodb", run.url)
    with caplog.at_level(logging.DEBUG, "botocore"):
        dynamodb.list_tables()
    assert "Making request for OperationModel(name=ListTables)" in caplog.text
