"""If a function's process ends or cannot start, its invocation fails at once with Lambda's message."""

import asyncio
import signal
import time
import urllib.error
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from infra.local.model.stack import Function
from infra.local.runtime.environments import Environments, FunctionFailed
from infra.local.runtime.exit_messages import TIMED_OUT
from tests.local.conftest import Run, eventually, running
from tests.local.test_joined_stacks import choreo, wait_for
from tests.local.test_run import client

AT_ONCE_SECONDS = 8
"""Much shorter than the timeouts of the functions and of API Gateway, but long enough for a busy machine."""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, CodeUri: ., Timeout: 25}}
Resources:
  Ends:
    Type: AWS::Serverless::Function
    Properties:
      Handler: ends.handler
      Events: {Get: {Type: HttpApi, Properties: {Method: GET, Path: "/ends/{how}"}}}
  Broken:
    Type: AWS::Serverless::Function
    Properties:
      Handler: broken.handler
      Events: {Get: {Type: HttpApi, Properties: {Method: GET, Path: /broken}}}
  Missing:
    Type: AWS::Serverless::Function
    Properties:
      Handler: missing.handler
      Events: {Get: {Type: HttpApi, Properties: {Method: GET, Path: /missing}}}
"""
CODE = {
    "ends.py": """
import os, signal, subprocess, sys, time
HOW = {"parent": lambda: (subprocess.Popen(["sleep", "300"]), os._exit(4)),
       "exit": lambda: sys.exit(3), "at-once": lambda: os._exit(0),
       "killed": lambda: os.kill(os.getpid(), signal.SIGKILL), "slowly": lambda: time.sleep(20)}
def handler(event, context):
    print("handles", event["pathParameters"]["how"])
    HOW.get(event["pathParameters"]["how"], dict)()
    return {"is": "alive"}
""",
    "broken.py": "import os\nos._exit(7)\n",
    "missing.py": "import not_installed\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("ends")
    (made / "template.yaml").write_text(TEMPLATE)
    for name, code in CODE.items():
        (made / name).write_text(code)
    return made


@pytest.fixture(scope="module")
def run(folder: Path) -> Iterator[Run]:
    with running("run", "--template", str(folder / "template.yaml")) as started:
        yield started


def refused(run: Run, path: str) -> tuple[int, bool]:
    """The status of a request that fails, and whether the answer came in time."""
    began = time.monotonic()
    with pytest.raises(urllib.error.HTTPError) as error:
        run.call("GET", path)
    return error.value.code, time.monotonic() - began < AT_ONCE_SECONDS


@pytest.mark.parametrize("how", ["exit", "at-once", "killed"])
def test_an_invocation_fails_at_once_if_its_process_ends(run: Run, how: str) -> None:
    assert refused(run, f"/ends/{how}") == (500, True)
    assert run.call("GET", "/ends/not") == {"is": "alive"}


@pytest.mark.parametrize("path", ["/broken", "/missing"])
def test_each_request_fails_at_once_if_the_function_cannot_start(run: Run, path: str) -> None:
    for _ in range(2):
        assert refused(run, path) == (500, True)


def test_the_terminal_shows_how_a_process_ended(folder: Path) -> None:
    with running("run", "--template", str(folder / "template.yaml")) as run:
        for path in ("/ends/exit", "/ends/killed", "/ends/parent", "/missing"):
            refused(run, path)
        _, output = run.stop()  # returns only if no child process still has the output open
    assert "Ends: Runtime exited with error: exit status 3" in output
    assert "Ends: Runtime exited with error: signal: killed" in output
    assert "Broken: Runtime exited with error: exit status 7" in output
    assert "Runtime.ImportModuleError: Unable to import module 'missing': No module named" in output


def test_an_invocation_fails_at_once_if_its_terminal_is_killed_or_stopped(folder: Path) -> None:
    with running("run", "backend", "--only-backend") as run:
        for end in (signal.SIGKILL, signal.SIGINT):
            with choreo(run, "join", str(folder / "template.yaml"), "--name", "guest") as guest:
                wait_for(guest.stdout, "Running")
                statuses: list[int] = []
                request = Thread(target=lambda: statuses.append(refused(run, "/ends/slowly")[0]))  # noqa: B023
                request.start()
                wait_for(guest.stdout, "handles slowly")
                guest.send_signal(end)
                request.join(AT_ONCE_SECONDS)
            assert statuses == [500]


# ---------------------------------------------------------------- error messages


FUNCTION = Function("f", "F", "arn", "app.handler", Path(), {}, 3, 128)


def ended(status: int | None, *, started: bool = True) -> str:
    """The error message of an invocation whose environment ends with this status."""

    async def run() -> str:
        environments = Environments()
        if started:
            await environments.next("f", None, "one")
        invoked = asyncio.create_task(environments.invoke(FUNCTION, {}, 5))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert await environments.report_exit("f", "one", status) == started
        with pytest.raises(FunctionFailed) as failed:
            await invoked
        return str(failed.value)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "Runtime.ExitError: RequestId: ID Error: Runtime exited without providing a reason"),
        (3, "Runtime.ExitError: RequestId: ID Error: Runtime exited with error: exit status 3"),
        (-9, "Runtime.ExitError: RequestId: ID Error: Runtime exited with error: signal: killed"),
        (
            -11,
            "Runtime.ExitError: RequestId: ID Error: Runtime exited with error: signal: segmentation fault",
        ),
        (TIMED_OUT, "Sandbox.Timedout: RequestId: ID Error: Task timed out after 3.00 seconds"),
    ],
)
def test_a_failure_has_the_message_of_lambda(status: int, words: str) -> None:
    """The messages were recorded on AWS: https://github.com/floci-io/floci/issues/3314"""
    before, _, after = words.partition("ID ")
    message = ended(status)
    assert message.startswith(before)
    assert message.endswith(after)


def test_a_waiting_invocation_fails_if_the_process_cannot_start() -> None:
    assert ended(1, started=False).endswith("exit status 1")


def test_a_repeated_answer_is_ignored() -> None:
    async def run() -> list[bool]:
        environments = Environments()
        turn = await environments.next("f", None, "one")
        asked = asyncio.create_task(environments.invoke(FUNCTION, {}, 5))
        invocation = await turn
        taken = [environments.finish(invocation.id, number) for number in range(2)]
        assert await asked == 0
        return taken

    assert asyncio.run(run()) == [True, False]


# ---------------------------------------------------------------- invocations of more than five seconds

SLOW = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, CodeUri: ., Timeout: 20, Handler: slow.handler}}
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 20
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 1}
  Http:
    Type: AWS::Serverless::Function
    Properties: {Events: {Get: {Type: HttpApi, Properties: {Method: GET, Path: /slow}}}}
  Consumer:
    Type: AWS::Serverless::Function
    Properties: {Events: {Queue: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}}}
"""


@pytest.mark.proof
def test_an_invocation_of_more_than_five_seconds_is_answered(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(SLOW)
    (tmp_path / "slow.py").write_text(
        "import time\ndef handler(event, context):\n    time.sleep(6)\n    return {'is': 'done'}\n"
    )
    with running("run", "--template", str(tmp_path / "template.yaml")) as run:
        sqs = client(run, "sqs")
        url = sqs.get_queue_url(QueueName="order-choreography-Queue")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="once")
        assert run.call("GET", "/slow") == {"is": "done"}
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        left = partial(
            lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
        )
        eventually(left, lambda found: {found[name] for name in names} == {"0"})
