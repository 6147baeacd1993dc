"""moto gives the same answers with and without the patches for speed, and `--plain-moto` leaves them out."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock, call

import botocore
import botocore.session
import pytest
import time_machine
from botocore.exceptions import ClientError
from botocore.loaders import JSONFileLoader
from botocore.model import Shape, StructureShape
from hypothesis import example, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from moto.core import utils
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
from moto.core.utils import get_service_model, unix_time_millis
from moto.dynamodb import responses
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.sqs.models import Message, Queue, sqs_backends

from infra.local.aws import backends
from infra.local.aws.clients import client
from infra.local.aws.moto_patches import faster_moto, patched_moto
from infra.local.aws.speed.botocore import models
from infra.local.in_process import InProcess, environment
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.terminals import local_aws, run
from infra.run.project import PROJECT

ATTRIBUTES = {"MessageRetentionPeriod": "60", "VisibilityTimeout": "10"}
SECONDS = st.sampled_from([0, 5, 10])
HANDLES = st.integers(0, 3)
STEPS = st.lists(
    st.tuples(st.just("send"), st.integers(1, 3), SECONDS)
    | st.tuples(st.just("receive"), st.integers(1, 3), st.none())
    | st.tuples(st.just("delete"), HANDLES, st.none())
    | st.tuples(st.just("hide"), HANDLES, SECONDS)
    | st.tuples(st.just("wait"), st.sampled_from([1, 5_000, 10_000, 60_000]), st.none()),
    min_size=10,
    max_size=25,
)
IN_TURN = [
    *[("send", 1, 0), ("send", 2, 5), ("wait", 1, None), ("receive", 1, None), ("receive", 1, None)],
    *[("wait", 4_999, None), ("receive", 1, None), ("delete", 0, None), ("delete", 0, None)],
    *[("send", 1, 0), ("receive", 1, None), ("wait", 5_001, None), ("receive", 3, None)],
    *[("send", 3, 0), ("wait", 60_000, None), ("receive", 1, None), ("delete", 3, None)],
]
"""Calls at the exact end of a delay, a visibility timeout and a retention period, and a repeated delete."""


class Calls:
    """Calls a queue and records the answers. Receipt handles have numbers; 0 is the newest."""

    def __init__(self, clock: Any, *, fifo: bool) -> None:
        self.answers: list[Any] = []
        self._clock, self._handles, self._fifo, self._sqs = clock, ["unknown"], fifo, client("sqs")
        suffix, attributes = (".fifo", {"FifoQueue": "true"}) if fifo else ("", {})
        self._sqs.create_queue(QueueName=f"dead{suffix}", Attributes=attributes)
        target = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead{suffix}"
        policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 2})
        attributes = {**attributes, **ATTRIBUTES, "RedrivePolicy": policy}
        self._url = self._sqs.create_queue(QueueName=f"q{suffix}", Attributes=attributes)["QueueUrl"]

    def send(self, group: int, seconds: int) -> None:
        number = str(len(self.answers))
        of_fifo = {"MessageGroupId": str(group), "MessageDeduplicationId": number} if self._fifo else {}
        self._ask("send_message", MessageBody=number, DelaySeconds=0 if self._fifo else seconds, **of_fifo)

    def receive(self, most: int, _: None) -> None:
        answer = self._ask("receive_message", MaxNumberOfMessages=most, AttributeNames=["All"])
        self._handles[:0] = [message["ReceiptHandle"] for message in answer.get("Messages", [])]

    def delete(self, handle: int, _: None) -> None:
        self._ask("delete_message", ReceiptHandle=self._handle(handle))

    def hide(self, handle: int, seconds: int) -> None:
        self._ask("change_message_visibility", ReceiptHandle=self._handle(handle), VisibilityTimeout=seconds)

    def wait(self, milliseconds: int, _: None) -> None:
        self._clock.shift(timedelta(milliseconds=milliseconds))
        self._ask("get_queue_attributes", AttributeNames=["All"])

    def _handle(self, number: int) -> str:
        return self._handles[min(number, len(self._handles) - 1)]

    def _ask(self, operation: str, **request: Any) -> Any:
        try:
            answer = getattr(self._sqs, operation)(QueueUrl=self._url, **request)
        except ClientError as error:
            answer = error.response
        self.answers.append(answer)
        return answer


def answers(moto: AbstractContextManager[Any], steps: Any, *, fifo: bool) -> list[Any]:
    clock = time_machine.travel("2026-01-01T00:00:00Z", tick=False)
    with clock as time, environment({}), moto:
        backends.seed_ids(1)
        calls = Calls(time, fifo=fifo)
        for name, first, second in steps:
            getattr(calls, name)(first, second)
        return calls.answers


@given(steps=STEPS, fifo=st.booleans())
@example(steps=IN_TURN, fifo=False)
@example(steps=IN_TURN, fifo=True)
@settings(max_examples=20, deadline=None)
def test_a_queue_gives_the_same_answers_with_and_without_the_patches(steps: Any, fifo: bool) -> None:
    assert answers(faster_moto(), steps, fifo=fifo) == answers(mock_aws(), steps, fifo=fifo)


def members(shape: Shape, seen: set[str]) -> Iterator[tuple[str, Shape]]:
    """The members of all structures within a shape, each with its structure as `parent`, as moto sets it."""
    if shape.name in seen:
        return
    seen.add(shape.name)
    for name, member in shape.members.items() if isinstance(shape, StructureShape) else ():
        member.parent = shape  # type: ignore[attr-defined]
        yield name, member
    for inner in ("member", "key", "value"):
        if hasattr(shape, inner):
            yield from members(getattr(shape, inner), seen)
    for _, member in shape.members.items() if isinstance(shape, StructureShape) else ():
        yield from members(member, seen)


def found(service: str) -> list[Any]:
    """Return what the serializer finds for each member, while one possible name after another is missing."""
    model, picker, seen, values = get_service_model(service), XFormedAttributePicker(), set[str](), []
    outputs = [model.operation_model(operation).output_shape for operation in model.operation_names]
    for output in filter(None, outputs):
        for key, shape in members(output, seen):
            context = AttributePickerContext({}, key, shape, service_model=model)
            names = list(picker.get_possible_keys(context))
            for index in range(len(names) + 1):
                context.obj = {name: name for name in names[index:]}
                values.append((output.name, key, picker(context)))
    return values


@pytest.mark.parametrize("service", ["dynamodb", "dynamodbstreams", "secretsmanager", "sns", "sqs", "ssm"])
def test_the_serializer_finds_the_same_with_and_without_the_patches(service: str) -> None:
    expected = found(service)
    with faster_moto():
        assert found(service) == expected


def test_a_service_model_in_plain_dictionaries_equals_botocores_model_and_its_order() -> None:
    path = str(Path(botocore.__file__).parent / "data" / "endpoints")
    own, plain = JSONFileLoader().load_file(path), models.load_file(None, f"{path}.json", open)
    assert list(own["partitions"][0]["services"]) == list(plain["partitions"][0]["services"])
    assert own == plain
    assert models.load_file(None, f"{path}.missing", open) is None


def test_the_listed_services_are_botocores_services_and_folders_without_the_type_of_file() -> None:
    loader = botocore.session.Session().get_component("data_loader")
    for type_name in ("service-2", "endpoint-rule-set-1", "paginators-1"):
        listed = models.list_services(loader, type_name)
        assert listed == sorted(listed)
        assert set(listed) >= set(loader.list_available_services(type_name))
    assert "unknown" not in listed


class Items:
    """An object that moto's answers contain: it has `to_json`."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def to_json(self) -> dict[str, Any]:
        return {"value": self._value}


VALUES = st.recursive(
    st.text().map(lambda text: {"S": text})
    | st.binary().map(lambda data: {"B": data})
    | st.binary().map(lambda data: {"B": b64encode(data).decode()})
    | st.lists(st.integers().map(str), min_size=1).map(lambda numbers: {"NS": numbers})
    | st.lists(st.binary().map(lambda data: b64encode(data).decode())).map(lambda data: {"BS": data})
    | st.integers().map(lambda number: {"N": str(number)})
    | st.booleans().map(lambda given: {"BOOL": given}),
    lambda inner: (
        st.lists(inner).map(lambda values: {"L": values})
        | st.dictionaries(st.text(), inner).map(lambda members: {"M": members})
    ),
)


@given(value=VALUES)
@settings(deadline=None)
def test_a_value_becomes_the_same_json_with_and_without_the_patches(value: Any) -> None:
    expected = DynamoType(value).to_regular_json()
    with faster_moto():
        assert DynamoType(value).to_regular_json() == expected


@given(value=VALUES)
@settings(deadline=None)
def test_a_value_has_the_same_size_with_and_without_the_patches(value: Any) -> None:
    expected = DynamoType(value).size()
    with faster_moto():
        assert DynamoType(value).size() == expected


@given(value=VALUES.map(DynamoType) | VALUES, at=st.datetimes())
@settings(deadline=None)
def test_an_answer_of_a_table_is_the_same_with_and_without_the_patches(value: Any, at: datetime) -> None:
    table_answer = {"Attributes": {"a": value, "b": [value, None, 1, True]}, "At": at, "Item": Items(value)}
    table_answer["Old"] = LimitedSizeDict({"a": value})
    expected = responses.dynamo_to_dict(table_answer)
    with faster_moto():
        assert responses.dynamo_to_dict(table_answer) == expected


@given(at=st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)))
@settings(deadline=None)
def test_the_time_is_the_same_with_and_without_the_patches(at: datetime) -> None:
    with time_machine.travel(at.replace(tzinfo=UTC), tick=False):
        expected = utils.unix_time(), unix_time_millis()
        with faster_moto():
            assert (utils.unix_time(), unix_time_millis()) == expected
            assert utils.unix_time(at) == pytest.approx(at.replace(tzinfo=UTC).timestamp(), abs=1e-6)


def test_changes_of_a_received_message_do_not_change_the_message_in_the_queue() -> None:
    with faster_moto(), environment({}):
        url = client("sqs").create_queue(QueueName="q")["QueueUrl"]
        attributes = {"kind": {"DataType": "String", "StringValue": "new"}}
        client("sqs").send_message(QueueUrl=url, MessageBody="first", MessageAttributes=attributes)
        backend = sqs_backends[ACCOUNT][REGION]
        [received] = backend.receive_message("q", 1, 0, 0, ["All"])
        received.message_attributes["kind"]["StringValue"] = "changed"
        received.mark_received()
        [kept] = backend.queues["q"]._messages
        assert isinstance(kept, Message)
        assert kept.message_attributes["kind"]["StringValue"] == "new"
        assert kept.approximate_receive_count == 1


def test_moto_keeps_no_list_of_the_objects_that_it_created() -> None:
    kept: list[Item] = Item.instances_tracked
    before = len(kept)
    with faster_moto(), environment({}):
        InProcess()
        name = "order-choreography-OrderTable"
        client("dynamodb").put_item(TableName=name, Item={"order_id": {"S": "1"}})
    assert len(kept) == before


@pytest.mark.parametrize(("plain", "variable"), [(True, ""), (False, "1")])
def test_plain_moto_keeps_its_own_methods_and_refuses_what_aws_refuses(
    plain: bool, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAIN_MOTO", variable)
    own = Queue.messages
    with patched_moto(plain=plain), environment({}):
        assert Queue.messages is own
        url = client("sqs").create_queue(QueueName="q")["QueueUrl"]
        with pytest.raises(ClientError, match="EmptyBatchRequest"):
            client("sqs").send_message_batch(QueueUrl=url, Entries=[])


@pytest.mark.parametrize(("options", "plain"), [([], False), (["--plain-moto"], True)])
def test_the_option_plain_moto_leaves_out_the_patches_for_speed(
    options: list[str], plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = MagicMock(side_effect=InterruptedError)
    monkeypatch.setattr(local_aws, "patched_moto", started)
    for name in ("fork_context", "gc", "listen", "os", "signal"):
        monkeypatch.setattr(run, name, MagicMock())
    with pytest.raises(InterruptedError):
        run.run(PROJECT, options, None)
    assert started.call_args == call(plain=plain)
