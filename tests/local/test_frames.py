"""A function's AWS calls in frames: the same results and exceptions as over HTTP."""

import asyncio
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
import botocore
import pytest
from botocore import auth, handlers
from botocore.config import Config
from botocore.endpoint import Endpoint
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from hypothesis import given
from hypothesis import strategies as st
from moto.core.botocore_stubber import BotocoreStubber

from infra.local.http.server import Server
from infra.local.model import frames
from infra.local.model.messages import Request, Response
from infra.local.runtime import aws_calls, backend_calls, short_calls
from infra.local.runtime.connection import BackendConnection
from infra.local.terminals.run import listen
from tests.local.conftest import Run

NO_ITEM = {"TableName": "order-choreography-OrderTable", "Key": {"order_id": {"S": "none"}}}
PAYMENTS = "order-choreography-PaymentDeadLetters"


@pytest.fixture
def framed() -> Iterator[None]:
    """Prepares the sessions of this process as those of a function's process, which does not import moto."""
    without_moto = [entry for entry in handlers.BUILTIN_HANDLERS if not isinstance(entry[1], BotocoreStubber)]
    with (
        patch.object(handlers, "BUILTIN_HANDLERS", without_moto),
        patch.dict(auth.AUTH_TYPE_MAPS),
        patch.object(botocore, "_INITIALIZERS", []),
        patch.object(Endpoint, "make_request", Endpoint.make_request),
    ):
        aws_calls.install()
        yield
        backend_calls.use("127.0.0.1", 1)


def client(service: str, url: str, **config: Any) -> Any:
    return boto3.Session().client(  # type: ignore[call-overload]  # the service is known at run time
        service,
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(**{"retries": {"total_max_attempts": 1}} | config),
    )


def use(url: str) -> None:
    host, _, port = url.removeprefix("http://").partition(":")
    backend_calls.use(host, int(port))


@pytest.fixture
def http_calls() -> Iterator[list[str]]:
    """The URLs of the calls that botocore sends over HTTP."""
    sent, send = list[str](), botocore.httpsession.URLLib3Session.send

    def recording(session: Any, request: Any) -> Any:
        sent.append(request.url)
        return send(session, request)

    with patch.object(botocore.httpsession.URLLib3Session, "send", recording):
        yield sent


CALLS: dict[str, Callable[[Any, Any, str], Any]] = {
    "an item": lambda db, sqs, url: db.get_item(**NO_ITEM),
    "an item of two megabytes": lambda db, sqs, url: db.put_item(
        TableName=NO_ITEM["TableName"],
        Item={"order_id": {"S": "large"}, "data": {"B": b"\0\xff" * 1_000_000}},
    ),
    "a binary item": lambda db, sqs, url: [
        db.put_item(
            TableName=NO_ITEM["TableName"], Item={"order_id": {"S": "b"}, "data": {"B": b"\0\xff\n"}}
        ),
        db.get_item(TableName=NO_ITEM["TableName"], Key={"order_id": {"S": "b"}}),
    ],
    "a missing table": lambda db, sqs, url: db.get_item(**NO_ITEM | {"TableName": "none"}),
    "a failed condition": lambda db, sqs, url: db.delete_item(
        **NO_ITEM, ConditionExpression="attribute_exists(order_id)"
    ),
    "an invalid parameter": lambda db, sqs, url: db.get_item(TableName=1),
    "a message": lambda db, sqs, url: sqs.get_queue_url(QueueName=PAYMENTS)["QueueUrl"],
    "an unknown operation": lambda db, sqs, url: client("lambda", url).list_functions(),
}


def result(call: Callable[[Any, Any, str], Any], url: str) -> Any:
    try:
        return _without_headers(call(client("dynamodb", url), client("sqs", url), url))
    except ClientError as error:
        return type(error).__name__, _without_headers(error.response)
    except BotoCoreError as error:
        return type(error).__name__, str(error)


def _without_headers(answer: Any) -> Any:
    if isinstance(answer, list):
        return list(map(_without_headers, answer))
    if isinstance(answer, dict):
        answer.get("ResponseMetadata", {}).pop("HTTPHeaders", None)
        answer.get("ResponseMetadata", {}).pop("RequestId", None)
    return answer


@pytest.mark.parametrize("protocols", [short_calls.PROTOCOLS, ()], ids=["short", "long"])
@pytest.mark.parametrize("name", CALLS)
def test_a_call_has_the_same_result_as_over_http(
    run: Run, framed: None, http_calls: list[str], name: str, protocols: Sequence[str]
) -> None:
    over_http = result(CALLS[name], run.url)
    sent = len(http_calls)
    use(run.url)
    with patch.object(short_calls, "PROTOCOLS", protocols):
        assert result(CALLS[name], run.url) == over_http
    assert len(http_calls) == sent


def test_clients_of_any_kind_send_frames(run: Run, framed: None, http_calls: list[str]) -> None:
    use(run.url)
    variables = {
        "AWS_ENDPOINT_URL": run.url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    with patch.dict(os.environ, variables), patch.object(boto3, "DEFAULT_SESSION", None):
        boto3.client("dynamodb").list_tables()
        boto3.Session().client("sns").list_topics()
        assert [*boto3.resource("sqs").queues.all()]
        created: Any = botocore.session.get_session().create_client("dynamodb")
        created.list_tables()
    assert http_calls == []


def test_calls_to_another_endpoint_remain_signed_http(framed: None) -> None:
    received = []

    async def other(request: Request, _: Any) -> Response:
        received.append(dict(request.headers)["authorization"])
        return Response(200, [], b"{}")

    with serving(other) as url:
        backend_calls.use("127.0.0.1", 1)
        client("dynamodb", url).list_tables()
    assert "Signature=" in received[0]


def test_a_child_process_opens_its_own_connection(run: Run, framed: None) -> None:
    use(run.url)
    client("sqs", run.url).list_queues()
    assert backend_calls._current is not None
    assert len(backend_calls._current._idle) == 1
    child = os.fork()
    if child == 0:
        inherited = len(backend_calls._current._idle)
        os._exit(inherited or "QueueUrls" not in client("sqs", run.url).list_queues())
    assert os.waitpid(child, 0)[1] == 0


def test_threads_send_calls_at_the_same_time(run: Run, framed: None) -> None:
    use(run.url)
    sqs = client("sqs", run.url)
    names = {
        f"queue-{number}": sqs.create_queue(QueueName=f"queue-{number}")["QueueUrl"] for number in range(4)
    }
    found = dict[str, str]()

    def look_up(name: str) -> None:
        for _ in range(5):
            found[name] = sqs.get_queue_url(QueueName=name)["QueueUrl"]

    threads = [threading.Thread(target=look_up, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == names


# ---------------------------------------------------------------- failures

Answer = Callable[[Request, Any], Awaitable[Response]]


@contextmanager
def serving(respond: Answer, port: int = 0) -> Iterator[str]:
    """Serves HTTP and frames with this function, in a thread."""

    class Application:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            from infra.local.http import asgi

            request = await asgi.read_request(scope, receive)
            assert request is not None
            await asgi.write_response(send, await respond(request, receive))

        def respond(self, request: Request, disconnected: Any) -> Awaitable[Response]:
            return respond(request, disconnected)

    listening = listen("127.0.0.1", port)
    server = Server(Application())
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


async def answered(request: Request, _: Any) -> Response:
    return Response(200, [("content-type", "application/x-amz-json-1.0")], b'{"TableNames": []}')


async def unanswered(request: Request, disconnected: Any) -> Response:
    await disconnected()
    return Response(200, [], b"{}")


async def failed(request: Request, _: Any) -> Response:
    raise RuntimeError("a defect")


def test_a_call_without_an_answer_times_out(framed: None) -> None:
    with serving(unanswered) as url:
        use(url)
        with pytest.raises(ReadTimeoutError):
            client("dynamodb", url, read_timeout=0.1).list_tables()


def test_a_backend_that_has_ended_is_an_endpoint_connection_error(framed: None) -> None:
    with serving(answered) as url:
        pass
    use(url)
    with pytest.raises(EndpointConnectionError):
        client("dynamodb", url).list_tables()


def test_a_call_whose_backend_ends_meanwhile_is_a_closed_connection(framed: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        use(url)
        threading.Thread(target=lambda: listening.accept()[0].close()).start()
        with pytest.raises(ConnectionClosedError):
            client("dynamodb", url).list_tables()


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_call_uses_a_new_connection_after_a_restart_of_the_backend(framed: None, attempts: int) -> None:
    with serving(answered) as url:
        use(url)
        dynamodb = client("dynamodb", url, retries={"mode": "standard", "total_max_attempts": attempts})
        dynamodb.list_tables()
    with serving(answered, int(url.rpartition(":")[2])):
        assert dynamodb.list_tables()["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_throttled_call_is_retried_as_often_as_the_client_says(framed: None) -> None:
    calls = []

    async def throttled_once(request: Request, _: Any) -> Response:
        calls.append(request)
        if len(calls) > 1:
            return await answered(request, _)
        return Response(400, [], b'{"__type": "ThrottlingException", "message": "slow down"}')

    with serving(throttled_once) as url:
        use(url)
        dynamodb = client("dynamodb", url, retries={"mode": "standard", "total_max_attempts": 2})
        assert dynamodb.list_tables()["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_defect_of_the_backend_is_an_internal_server_error(
    framed: None, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(failed) as url:
        use(url)
        with pytest.raises(ClientError, match="500"):
            client("dynamodb", url).list_tables()
    assert "a defect" in caplog.text


def test_an_answer_is_sent_again_if_the_backend_has_closed_the_idle_connection() -> None:
    with serving(answered) as url:
        backend = BackendConnection("127.0.0.1", int(url.rpartition(":")[2]))
        backend.request("GET", "next")
    with serving(answered, int(url.rpartition(":")[2])):
        assert backend.request("POST", "response", b"answer").status == 200
        backend.close()


# ---------------------------------------------------------------- frames

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
HEADERS = st.lists(st.tuples(TEXT, TEXT), max_size=3)
REQUESTS = st.builds(Request, TEXT, TEXT, TEXT, HEADERS, st.binary(max_size=50), st.just("127.0.0.1"))
RESPONSES = st.builds(Response, st.integers(100, 599), HEADERS, st.binary(max_size=50))


@given(REQUESTS, RESPONSES, st.integers(1, 9))
def test_frames_are_read_however_their_bytes_arrive(request: Request, response: Response, size: int) -> None:
    data = frames.from_request(request) + frames.from_response(response)
    reader = frames.Reader()
    parts = (data[start : start + size] for start in range(0, len(data), size))
    sent, answer = (frame for part in parts for frame in reader.feed(part))
    assert frames.to_request(*sent) == request
    assert frames.to_response(*answer) == response
