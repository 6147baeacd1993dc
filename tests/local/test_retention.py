"""A long run keeps the stream records that a reader still needs, and drops the others."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
import time_machine

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.aws.shards import Shard
from infra.local.backend import Backend
from infra.local.event_sources import retention
from infra.local.event_sources.stream_mapping import StreamMapping
from infra.local.in_process import InProcess, environment
from infra.local.model.credentials import REGION
from infra.local.model.stack import EventSource
from infra.shared.root import ROOT
from tests.local.conftest import DEADLINE_SECONDS

TABLE = "order-choreography-OrderTable"


@pytest.fixture
def stream() -> Iterator[str]:
    """The ARN of a table's stream with five records."""
    with patched_moto(), environment({}):
        stack = InProcess().stack
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        for number in range(5):
            dynamodb.put_item(TableName=TABLE, Item={"order_id": {"S": str(number)}})
        yield next(s.arn for name, s in stack.sources.items() if name.startswith("OrderRelay"))


def reader(stream: str) -> StreamMapping:
    properties = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 3}
    return StreamMapping(EventSource("M", "F", stream, properties))


def deliver(mapping: StreamMapping) -> None:
    batch = mapping.poll()
    assert batch is not None
    mapping.complete(batch, None)


def test_records_that_all_mappings_have_delivered_are_dropped(
    stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "KEPT_RECORDS", 1)
    monkeypatch.setattr(retention, "KEPT_SECONDS", 0)
    quick, slow, other = reader(stream), reader(stream), reader(stream.replace("Order", "Payment"))
    shard = Shard(stream)
    start = shard.oldest
    deliver(quick)
    slow.poll()  # read, but not delivered yet
    retention.drop_delivered_records(stream, [quick, slow, other])
    assert shard.oldest == start
    deliver(slow)
    retention.drop_delivered_records(stream, [quick, slow, other])
    assert shard.oldest == start + 2
    batch = quick.poll()
    assert batch is not None
    assert [record["dynamodb"]["Keys"]["order_id"]["S"] for record in batch.records] == ["3", "4"]


def test_young_records_stay_for_other_readers_of_the_stream(
    stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "KEPT_RECORDS", 0)
    streams = boto3.client("dynamodbstreams", region_name=REGION)
    iterator = streams.get_shard_iterator(
        StreamArn=stream, ShardId=Shard(stream).id, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        quick = reader(stream)
        deliver(quick)
        retention.drop_delivered_records(stream, [quick])
        assert len(streams.get_records(ShardIterator=iterator)["Records"]) == 5
        clock.shift(timedelta(seconds=retention.KEPT_SECONDS + 1))
        retention.drop_delivered_records(stream, [quick])
        with pytest.raises(streams.exceptions.TrimmedDataAccessException):
            streams.get_records(ShardIterator=iterator)


def test_a_stream_without_a_reader_keeps_its_records(stream: str) -> None:
    retention.drop_delivered_records(stream, [])
    assert len(Shard(stream).read(Shard(stream).oldest, 10)) == 5


def test_the_backend_drops_the_records_that_a_relay_has_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "KEPT_RECORDS", 0)
    monkeypatch.setattr(retention, "KEPT_SECONDS", 0)

    async def kept_before_and_after() -> tuple[int, int]:
        with patched_moto(), environment({}):
            backend = Backend("http://localhost:3000")
            stack = backend.stacks.add("shop", ROOT / "template.yaml")
            shard = Shard(stack.sources["PaymentRelayOutbox"].arn)
            turn = await backend.environments.next(stack.functions["PaymentRelay"].name)
            item = {"order_id": {"S": "1"}, "emits": {"N": "1"}}
            client("dynamodb").put_item(TableName=stack.tables["PaymentTable"], Item=item)
            backend.deliveries.poll_now()
            invocation = await asyncio.wait_for(turn, DEADLINE_SECONDS)
            before = shard.latest - shard.oldest
            backend.environments.finish(invocation.id, {})
            await asyncio.sleep(0.1)
            after = shard.latest - shard.oldest
            backend.stacks.remove("shop")
            return before, after

    assert asyncio.run(kept_before_and_after()) == (1, 0)
