"""Event buses: the answers of PutEvents, the targets of an event, and events that no target receives.

LocalStack's tests recorded the answers from AWS (test_events). The fields of dead letters are documented in
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.aws import function_targets
from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from infra.local.model.credentials import ACCOUNT, REGION

ENTRY = {"Source": "shop", "DetailType": "order", "Detail": '{"total": 5}'}


def arn_of(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


class Bus:
    """A local AWS with a queue to which each rule sends. Records function calls and reports to the user."""

    def __init__(self) -> None:
        self.events, self._sqs = client("events"), client("sqs")
        self.queue = self._sqs.create_queue(QueueName="target")["QueueUrl"]
        self.invoked: list[Any] = []
        self.reports: list[str] = []
        function_targets.invoke_with(self._invoke, self.reports.append)

    def _invoke(self, arn: str, event: Any) -> bool:
        self.invoked.append(event)
        return arn.endswith(":exists")

    def rule(self, pattern: Any, name: str = "mine", arn: str = arn_of("sqs", "target"), **more: Any) -> None:
        bus = more.pop("bus", "default")
        self.events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
        target = {"Id": "a", "Arn": arn, **more}
        self.events.put_targets(Rule=name, EventBusName=bus, Targets=[target])

    def put(self, *entries: Any, **changes: Any) -> Any:
        return self.events.put_events(Entries=[*entries] or [ENTRY | changes])

    def received(self, queue: str = "target") -> list[Any]:
        url = self._sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        request = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
        return list(self._sqs.receive_message(**request).get("Messages", []))


@pytest.fixture
def bus() -> Iterator[Bus]:
    with patched_moto(), environment({}):
        yield Bus()


def test_the_target_of_a_matching_rule_gets_all_fields_of_the_event(bus: Bus) -> None:
    bus.rule({"source": ["shop"], "detail": {"total": [{"numeric": [">", 1]}]}})
    answer = bus.put(Resources=["arn:a"], Time=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC))
    assert answer["FailedEntryCount"] == 0
    (message,) = bus.received()
    assert json.loads(message["Body"]) == {
        "version": "0",
        "id": answer["Entries"][0]["EventId"],
        "detail-type": "order",
        "source": "shop",
        "account": ACCOUNT,
        "time": "2026-01-02T03:04:05Z",
        "region": REGION,
        "resources": ["arn:a"],
        "detail": {"total": 5},
    }


def test_only_enabled_matching_rules_of_the_bus_send_an_event(bus: Bus) -> None:
    bus.events.create_event_bus(Name="other")
    bus.rule({"source": ["shop"]}, "on")
    bus.rule({"source": ["shop"]}, "off", Input='"off"')
    bus.rule({"source": ["bank"]}, "no-match", Input='"no-match"')
    bus.rule({"source": ["shop"]}, "on-other-bus", Input='"on-other-bus"', bus="other")
    bus.events.disable_rule(Name="off")
    bus.put()
    assert [json.loads(message["Body"])["source"] for message in bus.received()] == ["shop"]
    for name in ("other", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/other"):
        bus.put(EventBusName=name)
        assert [message["Body"] for message in bus.received()] == ['"on-other-bus"']


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        (
            {"Source": ""},
            "InvalidArgument",
            "Parameter Source is not valid. Reason: Source is a required argument.",
        ),
        ({"DetailType": ""}, "InvalidArgument", "Parameter DetailType is not valid."),
        ({"Detail": ""}, "InvalidArgument", "Parameter Detail is not valid."),
        ({"Detail": "total"}, "MalformedDetail", "Detail is malformed."),
        ({"Detail": "[5]"}, "MalformedDetail", "Detail is malformed."),
        ({"Detail": '"text"'}, "MalformedDetail", "Detail is malformed."),
        ({"Detail": '{"total": NaN}'}, "MalformedDetail", "Detail is malformed."),
        ({"Detail": '{"a":' * 100_000}, "MalformedDetail", "Detail is malformed."),
        ({"Source": "aws.s3"}, "NotAuthorizedForSourceException", "Not authorized for the source."),
    ],
)
def test_an_invalid_entry_fails_and_the_others_succeed(
    bus: Bus, changes: Any, code: str, message: str
) -> None:
    bus.rule({"source": [{"prefix": ""}]})
    answer = bus.put(ENTRY, ENTRY | changes, ENTRY)
    first, failed, last = answer["Entries"]
    assert answer["FailedEntryCount"] == 1
    assert failed["ErrorCode"] == code
    assert failed["ErrorMessage"].startswith(message)
    received = [json.loads(each["Body"])["id"] for each in bus.received()]
    assert received == [first["EventId"], last["EventId"]]


def test_more_than_ten_entries_or_one_megabyte_are_refused(bus: Bus) -> None:
    largest = 1_048_575 - len("shop" + "order" + '{"a":""}')
    bus.put(Detail=f'{{"a":"{"x" * largest}"}}')
    with pytest.raises(ClientError, match="Total size of the entries in the request is over the limit"):
        bus.put(Detail=f'{{"a":"{"x" * largest}x"}}')
    with pytest.raises(ClientError, match="Total size of the entries in the request is over the limit"):
        bus.put(ENTRY, ENTRY | {"Detail": f'{{"a":"{"x" * largest}"}}'})
    with pytest.raises(ClientError, match="Member must have length less than or equal to 10"):
        bus.put(*[ENTRY] * 11)


def test_an_event_for_a_missing_bus_is_accepted_as_on_aws_and_reported_to_the_user(bus: Bus) -> None:
    assert bus.put(EventBusName="shopp")["FailedEntryCount"] == 0
    assert bus.reports == ["PutEvents: an event from shop is lost; there is no event bus shopp"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"Input": "{}", "InputPath": "$"},
            "Only one of Input, InputPath, or InputTransformer must be provided",
        ),
        (
            {"InputTransformer": {"InputTemplate": '"<x>"'}},
            "InputTemplate for target a contains invalid placeholder x",
        ),
        ({"Input": "text"}, "Input for target a is not valid JSON"),
    ],
)
def test_a_target_with_an_invalid_input_is_refused(bus: Bus, more: Any, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        bus.rule({"source": ["shop"]}, **more)


def test_an_invalid_pattern_is_refused(bus: Bus) -> None:
    with pytest.raises(
        ClientError, match=r"Event pattern is not valid\. Reason: source: the operator begins does not exist"
    ):
        bus.rule({"source": [{"begins": "s"}]})


def test_a_rule_has_at_most_five_targets(bus: Bus) -> None:
    bus.rule({"source": ["shop"]})
    more = [{"Id": name, "Arn": arn_of("sqs", "target")} for name in "bcdef"]
    bus.events.put_targets(Rule="mine", Targets=more[:4])
    with pytest.raises(ClientError, match="LimitExceededException"):
        bus.events.put_targets(Rule="mine", Targets=more[4:])


def test_a_function_is_invoked_with_its_input(bus: Bus) -> None:
    bus.rule({"source": ["shop"]}, arn=arn_of("lambda", "function:exists"), InputPath="$.detail")
    bus.put()
    assert bus.invoked == [{"total": 5}]


def test_a_topic_publishes_the_event(bus: Bus) -> None:
    topic = client("sns").create_topic(Name="orders")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of("sqs", "target"), Attributes=raw)
    bus.rule({"source": ["shop"]}, arn=topic, InputPath="$.detail")
    bus.put()
    assert [message["Body"] for message in bus.received()] == ['{"total":5}']


def test_a_fifo_queue_as_target_gets_the_message_group(bus: Bus) -> None:
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    client("sqs").create_queue(QueueName="target.fifo", Attributes=attributes)
    group = {"MessageGroupId": "orders"}
    bus.rule(
        {"source": ["shop"]}, arn=arn_of("sqs", "target.fifo"), SqsParameters=group, InputPath="$.detail"
    )
    bus.put()
    assert [message["Body"] for message in bus.received("target.fifo")] == ['{"total":5}']


@pytest.mark.parametrize(
    ("target", "more", "code"),
    [
        (("sqs", "gone"), {}, "NO_RESOURCE"),
        (("sns", "gone"), {}, "NO_RESOURCE"),
        (("lambda", "function:gone"), {}, "NO_RESOURCE"),
        (
            ("lambda", "function:exists"),
            {"InputTransformer": {"InputTemplate": '{"a": "<aws.events.event>"}'}},
            "INVALID_JSON",
        ),
        (("sqs", "small"), {}, "ERROR_FROM_TARGET"),
    ],
)
def test_an_event_that_the_target_cannot_receive_goes_to_the_dead_letter_queue(
    bus: Bus, target: tuple[str, str], more: Any, code: str
) -> None:
    client("sqs").create_queue(QueueName="dead")
    client("sqs").create_queue(QueueName="small", Attributes={"MaximumMessageSize": "1024"})
    arn, dead = arn_of(*target), {"Arn": arn_of("sqs", "dead")}
    bus.rule({"source": ["shop"]}, arn=arn, DeadLetterConfig=dead, **more)
    bus.put(Detail=json.dumps({"text": "x" * 1024}))
    (letter,) = bus.received("dead")
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert json.loads(letter["Body"])["source"] == "shop"
    assert attributes.pop("ERROR_MESSAGE")
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/mine"
    assert attributes == {"ERROR_CODE": code, "TARGET_ARN": arn, "RULE_ARN": rule}


def test_a_lost_event_is_reported_to_the_user(bus: Bus) -> None:
    bus.rule({"source": ["shop"]}, arn=arn_of("lambda", "function:gone"))
    bus.put()
    (report,) = bus.reports
    assert report.startswith("rule mine: an event did not reach arn:aws:lambda")
    assert "give the target a DeadLetterConfig" in report


def test_the_rules_of_a_bus_can_be_listed(bus: Bus) -> None:
    bus.rule({"source": ["shop"]})
    assert [rule["Name"] for rule in bus.events.list_rules()["Rules"]] == ["mine"]
    (target,) = bus.events.list_targets_by_rule(Rule="mine")["Targets"]
    assert target["Arn"] == arn_of("sqs", "target")
