"""A stack with an event bus, over HTTP: a function puts events, which reach a function and a queue."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.local.model.credentials import CREDENTIALS, REGION
from tests.local.conftest import Run, eventually, running

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, CodeUri: ., Timeout: 20}}
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  Seen: {Type: AWS::SQS::Queue, Properties: {QueueName: seen}}
  Publisher:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.publish
      FunctionUrlConfig: {AuthType: NONE}
      Environment: {Variables: {BUS: !Ref Bus}}
  Listener:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.listen
      Environment: {Variables: {QUEUE: !Ref Seen}}
      Events:
        Large:
          Type: EventBridgeRule
          Properties:
            EventBusName: !Ref Bus
            Pattern: {source: [shop], detail: {total: [{numeric: [">", 100]}]}}
            InputTransformer: {InputPathsMap: {id: $.detail.id}, InputTemplate: '{"large": <id>}'}
  All:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [shop]}
      Targets: [{Id: queue, Arn: !GetAtt Seen.Arn, InputPath: $.detail.id}]
"""
CODE = """
import json
import os
import boto3

def publish(event, context):
    entry = {"Source": "shop", "DetailType": "order", "EventBusName": os.environ["BUS"]}
    details = [json.dumps({"id": "a", "total": 101}), "wrong", json.dumps({"id": "b", "total": 5})]
    answer = boto3.client("events").put_events(Entries=[{**entry, "Detail": detail} for detail in details])
    return {"failed": answer["FailedEntryCount"], "entries": answer["Entries"]}

def listen(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("bus")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(CODE)
    with running("--template", str(folder / "template.yaml")) as started:
        yield started


def received(run: Run, queue: str, count: int) -> list[Any]:
    """Receive this number of messages from a queue."""
    credentials = {key.lower(): CREDENTIALS[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    sqs: Any = boto3.client("sqs", region_name=REGION, endpoint_url=run.url, **credentials)  # type: ignore[call-overload]  # by name
    url, seen = sqs.get_queue_url(QueueName=queue)["QueueUrl"], list[Any]()

    def look() -> list[Any]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        seen.extend(json.loads(message["Body"]) for message in messages)
        return seen

    return eventually(look, lambda seen: len(seen) == count)


def test_matching_rules_send_the_events_of_a_function_to_their_targets(run: Run) -> None:
    answer = run.call("POST", "/_urls/order-choreography-Publisher/")
    assert answer["failed"] == 1
    assert [entry.get("ErrorCode") for entry in answer["entries"]] == [None, "MalformedDetail", None]
    assert sorted(received(run, "seen", 3), key=str) == ["a", "b", {"large": "a"}]
