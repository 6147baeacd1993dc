"""AWS calls over HTTP, answered by moto: the endpoint that functions and AWS clients are pointed at."""

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
from infra.local.model.messages import Answer, Call, Request

_SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_TURN_SECONDS = 0.1
"""How often a long poll looks again."""


def read_call(request: Request) -> Call | None:
    """The AWS call that a request is, by its signature; None for any other request."""
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
    return Call(service, scope["region"], operation, request)


async def answer(call: Call, ended: asyncio.Event) -> Answer:
    """What AWS would answer. A long poll waits here, and other calls are answered meanwhile."""
    until = time.monotonic() + _wait_seconds(call)
    while True:
        answered = _ask_moto(call)
        if answered.status != 200 or _has_messages(answered) or time.monotonic() >= until:
            return answered
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TURN_SECONDS):
                await ended.wait()
                return answered


def _wait_seconds(call: Call) -> float:
    """How long ReceiveMessage waits for messages: as it asks, or as its queue says; 0 for other calls."""
    if (call.service, call.operation) != ("sqs", "ReceiveMessage"):
        return 0.0
    asked = asked_for(call.request)
    name = str(asked.get("QueueUrl", call.request.path)).rpartition("/")[2]
    try:
        usual = queues.named(name).receive_message_wait_time_seconds
        return float(asked.get("WaitTimeSeconds", usual))
    except (KeyError, TypeError, ValueError):
        return 0.0  # moto refuses the call


def asked_for(request: Request) -> Mapping[str, Any]:
    """The members of a request by JSON, or the parameters of one by the query protocol."""
    try:
        asked = json.loads(request.body)
    except ValueError:
        return dict(parse_qsl(request.body.decode("utf-8", "replace")))
    return asked if isinstance(asked, dict) else {}


def _has_messages(answered: Answer) -> bool:
    return b'"Messages"' in answered.body or b"<Message>" in answered.body


def _ask_moto(call: Call) -> Answer:
    request = call.request
    url = f"https://{call.service}.{call.region}.amazonaws.com{request.path}"
    if request.query:
        url += f"?{request.query}"
    headers, host = HTTPHeaders(), "localhost"
    for name, value in request.headers:
        if name == "host":
            host = value
        else:
            headers[name] = value
    prepared = AWSPreparedRequest(request.method, url, headers, request.body, stream_output=False)
    try:
        with endpoint_urls.called_at(f"http://{host}"):
            found = transport.answer(prepared)
    except NotImplementedError:  # moto's word for a call that it does not play
        return _unknown(call)
    if found is None:
        return _unknown(call)
    status, answered, body = found
    raw = body.encode() if isinstance(body, str) else body
    kept = [
        (str(name).lower(), str(value))
        for name, value in answered.items()
        if str(name).lower() not in ("content-length", "transfer-encoding", "connection", "server", "date")
    ]
    return Answer(int(status), kept, raw)


def _unknown(call: Call) -> Answer:
    problem = {"__type": "UnknownOperationException", "message": f"{call.operation} cannot be played locally"}
    return Answer(501, [("content-type", "application/x-amz-json-1.0")], json.dumps(problem).encode())
