"""Refuses the requests that AWS refuses, before moto sees them: a list of checks for each operation.

moto accepts many of them, so code that was tested on moto alone could fail on AWS. A check gets the
parameters of the request, in either protocol, for calls over HTTP and in this process.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.responses import ActionResult, BaseResponse

from infra.local.aws.refusals import dynamodb, events, move_tasks, required, sns, sqs
from infra.local.aws.refusals.checks import Refusal, Request

CHECKS = {**dynamodb.CHECKS, **events.CHECKS, **move_tasks.CHECKS, **sns.CHECKS, **sqs.CHECKS}

_call = BaseResponse.call_action


@contextmanager
def refusals() -> Iterator[None]:
    """Within it, moto refuses what AWS refuses."""
    with patch.object(BaseResponse, "call_action", _checked):
        yield


def _checked(response: Any) -> Any:
    """Replaces moto's call_action, which handles every call after its request was parsed."""
    try:
        check(response)
    except Refusal as refused:
        status, headers, body = response.serialized(ActionResult(refused))
        return refused.status or status, *response._enrich_response(headers, body)
    return _call(response)


def check(response: Any) -> None:
    """Raises Refusal for a request that AWS refuses. `response` is moto's handler of the request."""
    called = response.service_name, response._get_action()
    checks = CHECKS.get(called)
    if checks is not None:
        request = _request(response)
        required.check(*called, request)
        for each in checks:
            each(request)


def _request(response: Any) -> Request:
    """The parameters of a request. moto leaves some JSON unparsed. Older SDKs send a queue URL as path."""
    request: Request = response.params if hasattr(response, "params") else json.loads(response.body)
    if response.service_name == "sqs" and "QueueUrl" not in request:
        return {"QueueUrl": response.path, **request}
    return request
