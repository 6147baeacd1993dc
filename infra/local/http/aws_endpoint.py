"""The AWS endpoint of the local run: moto answers the AWS calls of functions and of other clients."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from infra.local.aws import endpoint_urls, queues, transport
from infra.local.aws.short_way.operations import Call as ShortCall
from infra.local.aws.short_way.operations import taken
from infra.local.model.messages import AwsCall, Request, Response
from infra.shared.arns import queue_name

_SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_POLL_SECONDS = 0.1
"""The interval at which a long poll calls moto again."""
_SERVER_HEADERS = ("content-length", "transfer-encoding", "connection", "server", "date")
"""Headers of moto's response that the server of the run sets itself."""


def read_call(request: Request) -> AwsCall | None:
    """The AWS call in a request; None for a request without an AWS signature."""
    headers = dict(request.headers)
    scope = _SCOPE.search(headers.get("authorization", ""))
    if scope is None:
        return None
    version, _, operation = headers.get("x-amz-target", "").rpartition(".")
    if not operation:
        action = re.search(rb"(?:^|&)Action=(\w+)", request.body)
        operation = action.group(1).decode() if action else ""
    service = scope["service"]
    if version.startswith("DynamoDBStreams"):
        service = "streams.dynamodb"
    return AwsCall(service, scope["region"], operation, request)


async def respond(call: AwsCall, ended: asyncio.Event) -> Response:
    """The response to an AWS call. A long poll waits here, without delaying other calls."""
    until = time.monotonic() + _wait_seconds(call)
    while True:
        response = _call_moto(call)
        if response.status != 200 or _has_messages(response) or time.monotonic() >= until:
            return response
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_POLL_SECONDS):
                await ended.wait()
                return response


def _wait_seconds(call: AwsCall) -> float:
    """How long ReceiveMessage waits: its own value, or else that of its queue. 0 for other calls."""
    if (call.service, call.operation) != ("sqs", "ReceiveMessage"):
        return 0.0
    parameters = request_parameters(call.request)
    name = queue_name(str(parameters.get("QueueUrl", call.request.path)))
    try:
        default = queues.named(name).receive_message_wait_time_seconds
        return float(parameters.get("WaitTimeSeconds", default))
    except (KeyError, TypeError, ValueError):
        return 0.0  # moto returns the error


def request_parameters(request: Request) -> Mapping[str, Any]:
    """The parameters of an AWS call, from a JSON body or from the query protocol."""
    try:
        parameters = json.loads(request.body)
    except ValueError:
        return dict(parse_qsl(request.body.decode("utf-8", "replace")))
    return parameters if isinstance(parameters, dict) else {}


def _has_messages(response: Response) -> bool:
    return b'"Messages"' in response.body or b"<Message>" in response.body


def _call_moto(call: AwsCall) -> Response:
    request = call.request
    host = dict(request.headers).get("host", "localhost")
    try:
        with endpoint_urls.called_at(f"http://{host}"):
            short = _short_way(call)
            found = short.response() if short else transport.answer(_prepared(call))
    except NotImplementedError:  # moto does not implement the call
        return _unknown(call)
    if found is None:
        return _unknown(call)
    status, headers, body = found
    raw = body.encode() if isinstance(body, str) else body
    kept = [(str(name).lower(), str(value)) for name, value in headers.items()]
    return Response(int(status), [header for header in kept if header[0] not in _SERVER_HEADERS], raw)


def _short_way(call: AwsCall) -> ShortCall | None:
    """The call on the short way to moto. None for another operation, protocol, or malformed parameters."""
    headers = dict(call.request.headers)
    is_json = "x-amz-target" in headers
    if (call.service, call.operation) not in taken or is_json == (call.service == "sns"):
        return None
    body: Any = call.request.body
    given = {
        "Content-Type": headers.get("content-type", ""),
        "X-Amzn-Trace-Id": headers.get("x-amzn-trace-id", ""),
    }
    try:
        fields = body if is_json else dict(parse_qsl(body.decode(), keep_blank_values=True))
        return ShortCall(call.service, call.operation, call.region, given, fields, call.request.path)
    except (AttributeError, TypeError, ValueError):
        return None


def _prepared(call: AwsCall) -> AWSPreparedRequest:
    """The request as botocore sends it to AWS: moto finds the service by the host name of its URL."""
    request = call.request
    url = f"https://{call.service}.{call.region}.amazonaws.com{request.path}"
    if request.query:
        url += f"?{request.query}"
    headers = HTTPHeaders()
    for name, value in request.headers:
        if name != "host":
            headers[name] = value
    return AWSPreparedRequest(request.method, url, headers, request.body, stream_output=False)


def _unknown(call: AwsCall) -> Response:
    problem = {"__type": "UnknownOperationException", "message": f"{call.operation} is not supported locally"}
    return Response(501, [("content-type", "application/x-amz-json-1.0")], json.dumps(problem).encode())
