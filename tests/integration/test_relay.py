"""The relay on moto: it publishes every event at least once and in order, and no invalid event."""

import json
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from choreography import aws
from infra.local.in_process import environment, invoke
from tests.world import World


class Topic:
    """A replacement for SNS, as moto cannot fail. It fails entries of the orders `lost`, once or `always`.

    With `unlisted`, an answer has failed entries neither in `Successful` nor in `Failed`.
    """

    def __init__(self, *lost: str, always: bool = False, unlisted: bool = False) -> None:
        self.lost, self.always, self.unlisted = list(lost), always, unlisted
        self.calls: list[list[str]] = []

    def publish_batch(self, *, TopicArn: str, PublishBatchRequestEntries: Any) -> Any:
        orders = {
            entry["Id"]: json.loads(entry["Message"])["subject"] for entry in PublishBatchRequestEntries
        }
        self.calls.append(list(orders.values()))
        lost = [id_ for id_, order_id in orders.items() if order_id in self.lost]
        if not self.always:
            self.lost = [order_id for order_id in self.lost if order_id not in orders.values()]
        return {
            "Successful": [{"Id": id_, "MessageId": f"m-{id_}"} for id_ in orders if id_ not in lost],
            "Failed": [] if self.unlisted else [{"Id": id_, "Code": "InternalError"} for id_ in lost],
        }


def data(record: Any) -> Any:
    """The `data` of the event that this stream record emits."""
    return record["dynamodb"]["NewImage"]["outbox"]["L"][0]["M"]["data"]["M"]


def stream_batch(world: World) -> Any:
    with environment({}):
        batch = world.mappings["OrderRelayOutbox"].poll()
    assert batch is not None
    return batch.event


def relay(world: World, event: Any) -> list[str]:
    answer = invoke(world.stack.functions["OrderRelay"], event)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.mark.parametrize("unlisted", [False, True])
def test_only_the_failed_entries_are_published_again(
    world: World, monkeypatch: pytest.MonkeyPatch, unlisted: bool
) -> None:
    order_ids = [world.place() for _ in range(3)]
    topic = Topic(order_ids[1], unlisted=unlisted)
    event = stream_batch(world)
    monkeypatch.setattr(aws, "sns", lambda: topic)
    assert relay(world, event) == []
    assert topic.calls == [order_ids, [order_ids[1]]]


@pytest.mark.parametrize("unlisted", [False, True])
def test_the_relay_reports_the_first_record_that_it_could_not_publish(
    world: World, monkeypatch: pytest.MonkeyPatch, unlisted: bool
) -> None:
    order_ids = [world.place() for _ in range(3)]
    event = stream_batch(world)
    monkeypatch.setattr(aws, "sns", lambda: Topic(order_ids[1], always=True, unlisted=unlisted))
    assert relay(world, event) == [event["Records"][1]["dynamodb"]["SequenceNumber"]]


class Outage:
    def publish_batch(self, **_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://sns")


def test_a_record_whose_publish_raises_is_reported_as_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.place()
    event = stream_batch(world)
    monkeypatch.setattr(aws, "sns", Outage)
    assert relay(world, event) == [event["Records"][0]["dynamodb"]["SequenceNumber"]]


def test_a_batch_has_at_most_ten_entries(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(23):
        world.place()
    topic = Topic()
    event = stream_batch(world)
    monkeypatch.setattr(aws, "sns", lambda: topic)
    assert relay(world, event) == []
    assert [len(call) for call in topic.calls] == [10, 10, 3]


def test_an_event_that_is_published_twice_takes_effect_once(world: World) -> None:
    order_id = world.place()
    event = stream_batch(world)
    assert relay(world, event) == relay(world, event) == []
    world.drain()
    assert world.status(order_id) == "shipped"
    assert world.ledger("Payment", order_id) == ["charge captured"]


def test_an_event_that_breaks_its_contract_is_not_published(world: World) -> None:
    good, bad = world.place(), world.place()
    event = stream_batch(world)
    data(event["Records"][1])["amount_minor"] = {"S": "much"}
    assert relay(world, event) == []
    assert [json.loads(m["Body"])["subject"] for m in world.messages("PaymentQueue")] == [good]
    (dead,) = world.messages("OrderRelayDeadLetters")
    assert json.loads(dead["Body"])["subject"] == bad
    assert "data.amount_minor" in dead["MessageAttributes"]["reason"]["StringValue"]


def test_a_write_without_events_does_not_invoke_the_relay(world: World) -> None:
    world.place()
    world.drain("order")
    world.step("OrderRelayOutbox")
    world.step("PaymentConsumerQueue")
    with environment({}):
        batch = world.mappings["PaymentRelayOutbox"].poll()
    assert batch is not None
    assert len(batch.records) == 1  # Payment wrote twice; the write of the intent emits no event


def test_the_relay_publishes_only_the_new_events_of_each_write(world: World) -> None:
    order_id = world.place()
    world.cancel(order_id)
    event = stream_batch(world)
    assert relay(world, event) == []
    kinds = [json.loads(message["Body"])["type"] for message in world.messages("ShippingQueue")]
    assert sorted(kinds) == ["order.cancellation_requested", "order.placed"]


def test_a_batch_stays_within_the_size_limit_of_sns(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order_ids = [world.place() for _ in range(4)]
    topic = Topic()
    event = stream_batch(world)
    for record in event["Records"]:
        data(record)["padding"] = {"S": "x" * 100_000}
    monkeypatch.setattr(aws, "sns", lambda: topic)
    assert relay(world, event) == []
    assert topic.calls == [order_ids[:2], order_ids[2:]]


def test_a_published_message_has_its_type_as_an_attribute_for_filter_policies(world: World) -> None:
    world.place()
    world.step("OrderRelayOutbox")
    (message,) = world.messages("PaymentQueue")
    assert message["MessageAttributes"]["type"]["StringValue"] == "order.placed"
    assert json.loads(message["Body"])["type"] == "order.placed"


def test_a_deleted_item_publishes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.place()
    topic = Topic()
    event = stream_batch(world)
    del event["Records"][0]["dynamodb"]["NewImage"]
    monkeypatch.setattr(aws, "sns", lambda: topic)
    assert relay(world, event) == []
    assert topic.calls == []


def test_events_that_were_published_before_a_failure_are_not_reported(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_ids = [world.place() for _ in range(12)]
    topic = Topic(order_ids[11], always=True)
    event = stream_batch(world)
    monkeypatch.setattr(aws, "sns", lambda: topic)
    assert relay(world, event) == [event["Records"][11]["dynamodb"]["SequenceNumber"]]
    assert topic.calls == [order_ids[:10], order_ids[10:], [order_ids[11]], [order_ids[11]]]
