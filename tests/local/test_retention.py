"""A run that goes on for long keeps what somebody still needs, and little else."""

from collections.abc import Iterator

import boto3
import pytest
from moto.dynamodb.models.dynamo_type import Item

from infra.local import retention
from infra.local.credentials import REGION
from infra.local.in_process import InProcess, environment
from infra.local.quicker import quicker_moto
from infra.local.shards import Shard
from infra.local.stack import EventSource
from infra.local.streams import StreamMapping
from tests.local.conftest import Run
from tests.local.test_run import ORDER, client, ends_as, place

TABLE = "order-choreography-OrderTable"


@pytest.fixture
def stream() -> Iterator[str]:
    """The ARN of a table's stream with five records."""
    with quicker_moto(), environment({}):
        stack = InProcess().stack
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        for number in range(5):
            dynamodb.put_item(TableName=TABLE, Item={"order_id": {"S": str(number)}})
        yield next(s.arn for name, s in stack.sources.items() if name.startswith("OrderRelay"))


def reader(stream: str) -> StreamMapping:
    properties = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 3}
    return StreamMapping(EventSource("M", "F", stream, properties), boto3.client("sqs", region_name=REGION))


def deliver(mapping: StreamMapping) -> None:
    batch = mapping.poll()
    assert batch is not None
    mapping.complete(batch, None)


def test_records_are_forgotten_that_every_mapping_has_delivered(
    stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "KEPT_RECORDS", 1)
    quick, slow, other = reader(stream), reader(stream), reader(stream.replace("Order", "Payment"))
    shard = Shard(stream)
    start = shard.oldest
    deliver(quick)
    slow.poll()  # read, but not delivered yet
    retention.forget_records(stream, [quick, slow, other])
    assert shard.oldest == start
    deliver(slow)
    retention.forget_records(stream, [quick, slow, other])
    assert shard.oldest == start + 2
    batch = quick.poll()
    assert batch is not None
    assert [record["dynamodb"]["Keys"]["order_id"]["S"] for record in batch.records] == ["3", "4"]


def test_a_stream_that_nobody_reads_keeps_its_records(stream: str) -> None:
    retention.forget_records(stream, [])
    assert len(Shard(stream).read(Shard(stream).oldest, 10)) == 5


def test_moto_keeps_no_object_that_came_of_a_look(stream: str) -> None:
    tracked: list[Item] = Item.instances_tracked
    before = len(tracked)
    boto3.client("dynamodb", region_name=REGION).scan(TableName=TABLE)
    assert len(tracked) == before


def test_a_run_forgets_what_its_relays_have_published(run: Run) -> None:
    dynamodb, streams = client(run, "dynamodb"), client(run, "dynamodbstreams")
    arn = dynamodb.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]

    def oldest() -> int:
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        return int(shard["SequenceNumberRange"]["StartingSequenceNumber"])

    before = oldest()
    for _ in range(2 * retention.KEPT_RECORDS):
        dynamodb.put_item(TableName=TABLE, Item={"order_id": {"S": "nobody's"}})
    assert ends_as(run, place(run, ORDER), "shipped")
    assert oldest() >= before + retention.KEPT_RECORDS
