"""AWS calls over HTTP, answered by moto: the endpoint that functions and AWS clients are pointed at."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber

from infra.local.http_api import Answer, Request

_SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_TURN_SECONDS = 0.1
"""How often a long poll looks again."""

moto = BotocoreStubber()


@dataclass(frozen=True)
class Call:
    """An AWS call as it came in: which service, which operation as far as it can be told, the request."""

    service: str
    region: str
    operation: str
    request: Request


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
    """What AWS would answer; a long poll waits here, so that nobody else has to, until the run ends."""
    if call.operation != "ReceiveMessage" or call.service != "sqs":
        return _ask_moto(call)
    asked: Mapping[str, Any] = json.loads(call.request.body)
    until = time.monotonic() + float(asked.get("WaitTimeSeconds", 0))
    short = json.dumps({**asked, "WaitTimeSeconds": 0}).encode()
    poll = replace(call, request=replace(call.request, body=short))
    while True:
        answered = _ask_moto(poll)
        if answered.status != 200 or b'"Messages"' in answered.body or time.monotonic() >= until:
            return answered
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TURN_SECONDS):
                await ended.wait()
                return answered


def _ask_moto(call: Call) -> Answer:
    request = call.request
    url = f"https://{call.service}.{call.region}.amazonaws.com{request.path}"
    if request.query:
        url += f"?{request.query}"
    headers = HTTPHeaders()
    for name, value in request.headers:
        if name != "host":
            headers[name] = value
    prepared = AWSPreparedRequest(request.method, url, headers, request.body, stream_output=False)
    try:
        found = moto.process_request(prepared)
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
