"""Lambda's recursive loop detection: stops a chain of invocations that reaches one function too often.

The count is in the X-Ray trace header, as on AWS. Lambda gives the header to the
function in the variable _X_AMZN_TRACE_ID. The SDK sends it with each call as X-Amzn-Trace-Id. SQS keeps it
with a message as the system attribute AWSTraceHeader, and SNS passes it on to the queues. DynamoDB does not,
so a loop through a stream is not detected.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
https://aws.amazon.com/blogs/compute/detecting-and-stopping-recursive-loops-in-aws-lambda-functions/

AWS does not document how a batch with messages of several chains counts. Here it counts as the longest chain.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

from botocore.awsrequest import AWSPreparedRequest
from moto.core.botocore_stubber import BotocoreStubber
from moto.sqs.models import SQSBackend

from infra.local.model.stack import Function

ROUNDS = 16
"""Invocations of one function within a chain. AWS says "approximately"."""
VARIABLE = "_X_AMZN_TRACE_ID"
ATTRIBUTE = "AWSTraceHeader"
METRIC = "RecursiveInvocationsDropped"
_LINEAGE = re.compile(r"Lineage=([0-9a-f:|]+)")

_process_request = BotocoreStubber.process_request
_header: ContextVar[str] = ContextVar("trace header of the call being answered", default="")


class LoopStopped(Exception):
    """Lambda drops the invocation. The messages stay in the queue until its redrive policy applies."""

    def __init__(self, function: Function) -> None:
        super().__init__(
            f"{function.name} was invoked {ROUNDS} times by its own messages: Lambda drops the invocation. "
            f"If the loop is intended, set RecursiveLoop: Allow on {function.logical_id}"
        )


def trace_header(function: Function, event: Any, invocation_id: str) -> str:
    """The trace header of an invocation, with its count. Raises LoopStopped above ROUNDS."""
    counts = _counts(event)
    key = f"{zlib.crc32(function.arn.encode()):08x}"
    if counts.get(key, 0) >= ROUNDS and not function.may_recurse:
        raise LoopStopped(function)
    counts[key] = counts.get(key, 0) + 1
    lineage = "|".join(f"{name}:{count}" for name, count in sorted(counts.items()))
    digits = invocation_id.replace("-", "")
    return f"Root=1-{digits[:8]}-{digits[8:]};Parent={digits[:16]};Sampled=0;Lineage={lineage}"


def _counts(event: Any) -> dict[str, int]:
    """The number of invocations of each function in the chains that led to this event."""
    counts: dict[str, int] = {}
    for record in event.get("Records", ()) if isinstance(event, dict) else ():
        # botocore sends each `|` as %7C (botocore.handlers.add_recursion_detection_header).
        found = _LINEAGE.search(unquote(record.get("attributes", {}).get(ATTRIBUTE, "")))
        for entry in found[1].split("|") if found else ():
            name, _, count = entry.rpartition(":")
            counts[name] = max(counts.get(name, 0), int(count))
    return counts


@contextmanager
def trace_headers_kept() -> Iterator[None]:
    """Within it, moto's SQS keeps the trace header of the call that sends a message, to SQS or to SNS."""
    with (
        patch.object(BotocoreStubber, "process_request", _process),
        patch.object(SQSBackend, "send_message", _sending(SQSBackend.send_message)),
    ):
        yield


def _process(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:
    header = request.headers.get("X-Amzn-Trace-Id", "")
    with called_with(header.decode() if isinstance(header, bytes) else header):
        return _process_request(stubber, request)


@contextmanager
def called_with(header: str) -> Iterator[None]:
    """Within it, moto answers a call with this trace header. An empty one means none."""
    token = _header.set(header)
    try:
        yield
    finally:
        _header.reset(token)


def _sending(send: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the header to messages. `speed` patches the method, too, so the current one is wrapped."""

    def send_message(backend: Any, *given: Any, system_attributes: Any = None, **named: Any) -> Any:
        if header := _header.get():
            system_attributes = {
                ATTRIBUTE: {"DataType": "String", "StringValue": header},
                **(system_attributes or {}),
            }
        return send(backend, *given, system_attributes=system_attributes, **named)

    return send_message
