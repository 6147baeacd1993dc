"""Faults of AWS calls: a function crashes, waits or gets no answer at the chosen call, once."""

import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.conftest import Run, running
from tests.local.test_run import client

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, CodeUri: ., Timeout: 20}}
Resources:
  Box: {Type: AWS::SQS::Queue}
  Sends:
    Type: AWS::Serverless::Function
    Properties:
      Handler: sends.handler
      Environment: {Variables: {URL: !Ref Box}}
      Events: {Send: {Type: HttpApi, Properties: {Method: GET, Path: "/send/{text}"}}}
"""
CODE = """
import os
import boto3
from botocore.config import Config
sqs = boto3.client("sqs", config=Config(retries={"total_max_attempts": 2}))
def handler(event, context):
    try:
        sqs.send_message(QueueUrl=os.environ["URL"], MessageBody=event["pathParameters"]["text"])
    except Exception as error:
        return {"failed": type(error).__name__}
    return {"failed": None}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("sends")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "sends.py").write_text(CODE)
    with running("run", "--template", str(folder / "template.yaml")) as started:
        yield started


def inject(run: Run, text: str, moment: str, action: str, **options: Any) -> None:
    call = {"function": "Sends", "operation": "SendMessage", "moment": moment, "action": action}
    run.call("POST", "/_choreo/api/call-faults", {**call, "containing": [text], **options})


def sent(run: Run, text: str) -> int:
    """How often the queue has a message with this text."""
    sqs = client(run, "sqs")
    url = sqs.list_queues()["QueueUrls"][0]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return sum(message["Body"] == text for message in found.get("Messages", []))


@pytest.mark.parametrize(("moment", "times"), [("before", 0), ("after", 1)])
def test_a_crash_happens_once_before_or_after_the_call(run: Run, moment: str, times: int) -> None:
    text = f"crash-{moment}"
    inject(run, text, moment, "crash")
    with pytest.raises(urllib.error.HTTPError):
        run.call("GET", f"/send/{text}")
    assert sent(run, text) == times
    assert run.call("GET", f"/send/{text}") == {"failed": None}


def test_a_lost_answer_is_lost_for_the_retries_of_botocore_too(run: Run) -> None:
    inject(run, "lost", "after", "lose")
    assert run.call("GET", "/send/lost") == {"failed": "ReadTimeoutError"}
    assert sent(run, "lost") == 2


def test_a_lost_request_never_reaches_aws(run: Run) -> None:
    inject(run, "never", "before", "lose")
    assert run.call("GET", "/send/never") == {"failed": "ReadTimeoutError"}
    assert sent(run, "never") == 0


def test_a_pause_delays_the_call(run: Run) -> None:
    inject(run, "slow", "before", "pause", seconds=0.5)
    began = time.monotonic()
    run.call("GET", "/send/slow")
    assert time.monotonic() - began >= 0.5


@pytest.mark.parametrize(("operation", "moment"), [("SendMessage", "before"), ("PublishBatch", "after")])
def test_only_a_publish_batch_has_entries_to_reject(run: Run, operation: str, moment: str) -> None:
    call = {"function": "Sends", "operation": operation, "moment": moment, "action": "reject"}
    with pytest.raises(urllib.error.HTTPError, match="422"):
        run.call("POST", "/_choreo/api/call-faults", call)


def test_a_fault_waits_for_a_call_that_contains_its_texts_and_is_announced(run: Run) -> None:
    inject(run, "wanted", "before", "lose")
    assert run.call("GET", "/send/other") == {"failed": None}
    assert len(run.call("GET", "/_choreo/api/state")["call_faults"]) == 1
    run.call("GET", "/send/wanted")
    state = run.call("GET", "/_choreo/api/state")
    assert state["call_faults"] == []
    assert state["notices"][-1]["text"] == "Sends loses the request of SendMessage"


def test_a_fault_of_an_unknown_function_is_refused(run: Run) -> None:
    call = {"function": "Sendz", "operation": "SendMessage", "moment": "before", "action": "crash"}
    with pytest.raises(urllib.error.HTTPError, match="404"):
        run.call("POST", "/_choreo/api/call-faults", call)


def test_a_removed_fault_does_not_happen(run: Run) -> None:
    inject(run, "kept", "before", "lose")
    (fault,) = run.call("GET", "/_choreo/api/state")["call_faults"]
    run.call("DELETE", f"/_choreo/api/call-faults/{fault['id']}")
    assert run.call("GET", "/send/kept") == {"failed": None}


def test_an_unknown_safeguard_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="there is no safeguard sleep"), running("--without", "sleep"):
        pass
