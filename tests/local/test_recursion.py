"""A function that keeps invoking itself is stopped after 16 rounds, unless its template allows it.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from choreography.consumer import REQUEUE_AFTER
from infra.local.aws.moto_patches import patched_moto
from infra.local.aws.recursion import ATTRIBUTE, METRIC, ROUNDS, LoopStopped, trace_header
from infra.local.model.credentials import ACCOUNT
from infra.local.model.stack import Function
from infra.shared.root import ROOT
from tests.conftest import MakeEvent
from tests.integration.test_unavailable import AWS_FAILURES, failing_calls
from tests.local.conftest import Run, eventually, running
from tests.local.test_joined_stacks import choreo
from tests.local.test_run import client
from tests.world import World

ALLOW = "RecursiveLoop: Allow"
RECEIVES_LEFT = 10
"""More than a queue's `maxReceiveCount`, so a message that is dropped this often is dead-lettered."""
LOOP = """
Transform: AWS::Serverless-2016-10-31
Resources:
  DeadLetters: {Type: AWS::SQS::Queue}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 1
      RedrivePolicy: {deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 1}
  Topic: {Type: AWS::SNS::Topic}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn, RawMessageDelivery: true}
  Loop:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      CodeUri: .
      Handler: loop.handler
      Timeout: 10
      Environment: {Variables: {QUEUE_URL: !Ref Queue, TOPIC_ARN: !Ref Topic}}
      Events: {Queue: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}}
"""
CODE = {
    "sqs": """
import boto3, os
sqs = boto3.client("sqs")
def handler(event, context):
    for record in event["Records"]:
        body = str(int(record["body"]) + 1)
        sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=body)
""",
    "sns": """
import boto3, os
sns = boto3.client("sns")
def handler(event, context):
    for record in event["Records"]:
        body = str(int(record["body"]) + 1)
        sns.publish(TopicArn=os.environ["TOPIC_ARN"], Message=body)
""",
}


def function(name: str, *, may_recurse: bool = False) -> Function:
    return Function(name, name, f"arn:{name}", "h", ROOT, {}, 3, 128, may_recurse)


def event(*headers: str) -> dict[str, Any]:
    return {"Records": [{"attributes": {ATTRIBUTE: header} if header else {}} for header in headers]}


def rounds(by: Function, number: int, header: str = "") -> str:
    for _ in range(number):
        header = trace_header(by, event(header), "5759e988-bd86-4fe3-8be4-6a994272793a")
    return header


def test_the_seventeenth_invocation_of_a_chain_is_dropped() -> None:
    by = function("f")
    with pytest.raises(LoopStopped, match=r"f was invoked 16 times .* set RecursiveLoop: Allow on f"):
        trace_header(by, event(rounds(by, ROUNDS)), "id")


def test_a_function_that_may_recurse_is_not_stopped() -> None:
    assert rounds(function("f", may_recurse=True), 100).endswith(":100")


def test_each_function_of_a_chain_has_its_own_count() -> None:
    passed_on = rounds(function("other"), ROUNDS, rounds(function("f"), 1))
    assert rounds(function("f"), 1, passed_on).count(":2") == 1


def test_a_chain_counts_on_after_botocore_encoded_its_header() -> None:
    passed_on = quote(rounds(function("other"), 1, rounds(function("f"), ROUNDS)), safe="-=;:")
    assert "%7C" in passed_on
    with pytest.raises(LoopStopped):
        trace_header(function("f"), event(passed_on), "id")
    with pytest.raises(LoopStopped):
        rounds(function("other"), ROUNDS, passed_on)


def test_a_batch_counts_as_its_longest_chain() -> None:
    by = function("f")
    with pytest.raises(LoopStopped):
        trace_header(by, event("", rounds(by, ROUNDS), rounds(by, 3)), "id")


@pytest.mark.parametrize("request_", [{}, {"Records": [{"dynamodb": {}}]}, "text", None])
def test_an_invocation_without_a_message_starts_a_chain(request_: Any) -> None:
    assert trace_header(function("f"), request_, "id").endswith(":1")


@pytest.fixture
def copy(setting: str, tmp_path: Path) -> Iterator[World]:
    """A world with a copy of the template that has another value of RecursiveLoop."""
    text = (ROOT / "template.yaml").read_text()
    (tmp_path / "template.yaml").write_text(text.replace(ALLOW, f"RecursiveLoop: {setting}"))
    (tmp_path / "functions").symlink_to(ROOT / "functions")
    with patched_moto():
        yield World(tmp_path / "template.yaml")


SETTINGS = pytest.mark.parametrize(("setting", "dead_letters"), [("Allow", 0), ("Terminate", 1)])


@SETTINGS
def test_only_with_recursive_loops_allowed_a_message_waits_for_throttled_dynamodb(
    copy: World, make_event: MakeEvent, dead_letters: int
) -> None:
    copy.send("PaymentQueue", make_event("order.placed").to_json())
    with failing_calls("dynamodb", AWS_FAILURES["throttled"]):
        for _ in range(REQUEUE_AFTER * ROUNDS + RECEIVES_LEFT):
            copy.step("PaymentConsumerQueue")
            copy.wake_hidden("PaymentQueue")
    assert len(copy.messages("PaymentDeadLetters")) == dead_letters
    assert len(copy.kinds("PaymentQueue")) == 1 - dead_letters


@SETTINGS
def test_only_with_recursive_loops_allowed_a_time_limit_may_be_hours(
    copy: World, make_event: MakeEvent, dead_letters: int
) -> None:
    order_id = copy.place()
    due = datetime.now(UTC) + timedelta(hours=6)
    copy.send("OrderExpiryQueue", make_event("order.placed", order_id, expires_at=due).to_json())
    for _ in range(ROUNDS + RECEIVES_LEFT):
        copy.step("OrderExpiryReminders")
        copy.wake_hidden("OrderExpiryQueue")
    assert len(copy.messages("OrderExpiryDeadLetters")) == dead_letters


def depth(run: Run, queue: str) -> int:
    sqs = client(run, "sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(found["ApproximateNumberOfMessages"])


def dropped(run: Run, function_name: str) -> float:
    """Return the number of dropped invocations in CloudWatch."""
    now = datetime.now(UTC)
    points = client(run, "cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=METRIC,
        Dimensions=[{"Name": "FunctionName", "Value": function_name}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        Period=600,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))


def test_a_guests_loop_is_stopped_reported_and_counted(tmp_path: Path) -> None:
    """The loops go through SQS and through SNS. The SDK sends the trace header; the local AWS forwards it."""
    for service, code in CODE.items():
        (tmp_path / service).mkdir()
        (tmp_path / service / "template.yaml").write_text(LOOP)
        (tmp_path / service / "loop.py").write_text(code)
    with (
        running("run", "backend") as run,
        choreo(run, "join", str(tmp_path / "sqs/template.yaml")),
        choreo(run, "join", str(tmp_path / "sns/template.yaml")),
    ):
        for service in CODE:
            eventually(partial(joined, run, f"{service}-Queue"), bool)
            client(run, "sqs").send_message(QueueUrl=f"{run.url}/{ACCOUNT}/{service}-Queue", MessageBody="1")
            eventually(partial(depth, run, f"{service}-DeadLetters"), (1).__eq__)
            assert dropped(run, f"{service}-Loop") == 1
        _, output = run.stop()
    for service in CODE:
        assert f"{service}-Loop was invoked 16 times by its own messages" in output


def joined(run: Run, queue: str) -> bool:
    return any(url.endswith(queue) for url in client(run, "sqs").list_queues().get("QueueUrls", ()))
