"""A function's process has the variables, folder, context, output and child processes of Lambda."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.conftest import Run, running
from tests.local.test_run import start

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, CodeUri: code, MemorySize: 256, Timeout: 20}}
Parameters: {Verbose: {Type: String, Default: true}}
Resources:
  App:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Environment:
        Variables: {COUNT: 300, RATE: 0.5, FLAG: true, VERBOSE: !Ref Verbose, SUB: !Sub ["${F}", {F: true}]}
      Events: {Get: {Type: HttpApi, Properties: {Method: GET, Path: "/app/{what}"}}}
  Slashes:
    Type: AWS::Serverless::Function
    Properties:
      Handler: src/handlers/app.handler
      Events: {Get: {Type: HttpApi, Properties: {Method: GET, Path: /slashes}}}
  Dots:
    Type: AWS::Serverless::Function
    Properties:
      Handler: src.handlers.app.handler
      Events: {Get: {Type: HttpApi, Properties: {Method: GET, Path: /dots}}}
  Inline:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      InlineCode: "def handler(event, context): return {'from': __name__}"
      Events: {Get: {Type: HttpApi, Properties: {Method: GET, Path: /inline}}}
"""
APP = """
import json, logging, multiprocessing, os, subprocess, sys, threading, time
from decimal import Decimal

def child(queue):
    print("from a child")
    queue.put(os.environ["COUNT"])

def children():
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=child, args=(queue,))
    process.start()
    process.join()
    return [process.exitcode, queue.get()]

def threads():
    each = [threading.Thread(target=print, args=(f"from thread {number}",)) for number in range(20)]
    for thread in each: thread.start()
    for thread in each: thread.join()

def stdout():
    sys.stdout.reconfigure(line_buffering=True)
    sys.stdout.buffer.write(b"from the buffer\\n")
    sys.stdout.writelines(["from ", "writelines\\n"])
    print("without an end", end="")
    return [sys.stdout.fileno(), sys.stdout.encoding, sys.stdout.writable(), sys.stdout.isatty()]

def attributes(context):
    names = ("function_name", "function_version", "memory_limit_in_mb", "log_group_name", "log_stream_name",
             "client_context", "tenant_id")
    found = {name: getattr(context, name) for name in names}
    return found | {"identity": context.identity.cognito_identity_id}

def length():
    return {"statusCode": 200, "headers": {"Content-Length": "2"}, "body": "[]"}

WHAT = {
    "environment": lambda context: dict(os.environ),
    "folder": lambda context: [os.getcwd(), open("data.txt").read(), time.strftime("%z")],
    "stdout": lambda context: stdout(),
    "children": lambda context: children(),
    "subprocess": lambda context: subprocess.run(["echo", "from a subprocess"], check=True).returncode,
    "threads": lambda context: threads(),
    "logging": lambda context: logging.getLogger().warning("from a logger"),
    "context": attributes,
    "length": lambda context: length(),
    "decimal": lambda context: {"whole": Decimal("3"), "part": Decimal("0.5")},
    "metrics": lambda context: [print(json.dumps(each)) for each in LIKE_METRICS] and None,
    "many-metrics": lambda context: [print(json.dumps(METRIC)) for _ in range(1000)] and None,
}
LIKE_METRICS = [{"_aws": 1}, {"_aws": {"Timestamp": "x"}}, {"a": 1}]
METRIC = {"_aws": {"Timestamp": 1, "CloudWatchMetrics": [
    {"Namespace": "N", "Dimensions": [[]], "Metrics": [{"Name": "m"}]}]}, "m": 1}

def handler(event, context):
    return WHAT[event["pathParameters"]["what"]](context)
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("surroundings")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "code" / "src" / "handlers").mkdir(parents=True)
    (folder / "code" / "app.py").write_text(APP)
    (folder / "code" / "data.txt").write_text("data")
    handler = "def handler(event, context): return {'from': __name__}\n"
    (folder / "code" / "src" / "handlers" / "app.py").write_text(handler)
    return folder / "code"


@pytest.fixture(scope="module")
def run(code: Path) -> Iterator[Run]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_PROFILE_OF_THE_SHELL", "none")
        with running("run", "--template", str(code.parent / "template.yaml")) as started:
            yield started


def app(run: Run, what: str) -> Any:
    return run.call("GET", f"/app/{what}")


def test_lambdas_variables_are_set(run: Run, code: Path) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""
    found = app(run, "environment")
    assert (
        found.items()
        >= {
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_FUNCTION_NAME": "order-choreography-App",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/order-choreography-App",
            "AWS_REGION": "eu-west-1",
            "LAMBDA_TASK_ROOT": str(code),
            "TZ": ":UTC",
            "_HANDLER": "app.handler",
        }.items()
    )
    assert found["_X_AMZN_TRACE_ID"].startswith("Root=1-")


def test_a_functions_variables_are_text_and_the_shells_aws_variables_are_removed(run: Run) -> None:
    found = app(run, "environment")
    own = {"COUNT": "300", "RATE": "0.5", "FLAG": "true", "VERBOSE": "true", "SUB": "true"}
    assert found.items() >= own.items()
    assert "AWS_PROFILE_OF_THE_SHELL" not in found


def test_the_working_directory_is_the_code_folder_and_the_time_zone_is_utc(run: Run, code: Path) -> None:
    assert app(run, "folder") == [str(code), "data", "+0000"]


def test_the_context_has_the_attributes_of_lambda(run: Run) -> None:
    assert app(run, "context") == {
        "function_name": "order-choreography-App",
        "function_version": "$LATEST",
        "memory_limit_in_mb": "256",
        "log_group_name": "/aws/lambda/order-choreography-App",
        "log_stream_name": "local",
        "client_context": None,
        "tenant_id": None,
        "identity": None,
    }


@pytest.mark.parametrize(
    ("path", "module"),
    [("/slashes", "src.handlers.app"), ("/dots", "src.handlers.app"), ("/inline", "index")],
)
def test_a_handler_may_be_in_folders_or_in_the_template(run: Run, path: str, module: str) -> None:
    assert run.call("GET", path) == {"from": module}


def test_standard_output_is_a_complete_text_stream(run: Run) -> None:
    assert app(run, "stdout") == [1, "utf-8", True, False]


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("children", [0, "300"]),
        ("subprocess", 0),
        ("threads", None),
        ("metrics", None),
        ("many-metrics", None),
        ("decimal", {"whole": 3, "part": 0.5}),
    ],
)
def test_a_function_may_start_processes_and_print_any_text(run: Run, what: str, answer: Any) -> None:
    assert app(run, what) == answer


def test_the_content_length_of_a_function_is_sent_only_once(run: Run) -> None:
    with urllib.request.urlopen(f"{run.url}/app/length") as answer:
        assert answer.headers.get_all("content-length") == ["2"]
        assert answer.read() == b"[]"


def test_all_output_of_a_function_is_shown(code: Path) -> None:
    with running("run", "--template", str(code.parent / "template.yaml")) as run:
        for what in ("stdout", "children", "subprocess", "threads", "logging", "metrics"):
            app(run, what)
        _, output = run.stop()
    lines = [line.strip() for line in output.splitlines()]
    sources = ["child", "subprocess", "thread 0", "thread 19", "writelines"]
    assert [
        text
        for text in sources
        if not any(line.endswith(f"from a {text}") or line.endswith(f"from {text}") for line in lines)
    ] == []
    assert any(line.endswith("without an end") for line in lines)
    assert any("[WARNING]" in line and line.endswith("from a logger") for line in lines)
    assert any(line.endswith('{"a": 1}') for line in lines)


@pytest.mark.parametrize("runtime", ["nodejs22.x", "provided.al2023"])
def test_a_runtime_other_than_python_is_an_error(tmp_path: Path, runtime: str) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE.replace("python3.12", runtime))
    (tmp_path / "code").mkdir()
    refused = start("--port", "0", "--template", str(tmp_path / "template.yaml"))
    assert refused.returncode == 2
    assert f"App: Runtime {runtime} is not supported locally" in refused.stderr


def test_a_missing_code_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    refused = start("--port", "0", "--template", str(tmp_path / "template.yaml"))
    assert refused.returncode == 2
    assert f"CodeUri {tmp_path / 'code'} is not a folder" in refused.stderr
