"""What AWS refuses, refused in front of moto: by service and operation, the checks that a request passes.

moto takes much that AWS refuses, and code that was only run on it would fail on AWS. The checks see a request
as the SDK was given it, whatever its protocol, for calls over HTTP and in this process alike.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.responses import ActionResult, BaseResponse

from infra.local.aws.refusals import dynamodb, move_tasks, required, sns, sqs
from infra.local.aws.refusals.checks import Refusal, Request

CHECKS = {**dynamodb.CHECKS, **move_tasks.CHECKS, **sns.CHECKS, **sqs.CHECKS}

_call = BaseResponse.call_action


@contextmanager
def refusals() -> Iterator[None]:
    """Within it, moto refuses what AWS refuses."""
    with patch.object(BaseResponse, "call_action", _checked):
        yield


def _checked(response: Any) -> Any:
    """In place of moto's call_action: every call comes here, with its request read."""
    called = response.service_name, response._get_action()
    checks = CHECKS.get(called)
    if checks is not None:
        try:
            request = _request(response)
            required.check(*called, request)
            for check in checks:
                check(request)
        except Refusal as refused:
            status, headers, body = response.serialized(ActionResult(refused))
            return refused.status or status, *response._enrich_response(headers, body)
    return _call(response)


def _request(response: Any) -> Request:
    """The request; older SDKs send a queue's address as the path only, and moto leaves some JSON unread."""
    request: Request = response.params if hasattr(response, "params") else json.loads(response.body)
    if response.service_name == "sqs" and "QueueUrl" not in request:
        return {"QueueUrl": response.path, **request}
    return request
