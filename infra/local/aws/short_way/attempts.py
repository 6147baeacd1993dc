"""The short way of a boto3 client in this process: the attempts of a call, without signed HTTP requests.

botocore's hook `before-call` could answer a call, but not fail one attempt of it, as the simulation does.
Here botocore decides about each next attempt, and reads the error of the last one, as it does on AWS.
"""

from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.endpoint import Endpoint, convert_to_response_dict
from botocore.hooks import first_non_none_response
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.utilities.aws_headers import gen_amzn_requestid_long

from infra.local.aws.attempts import Answered, Success, parsed, repeat
from infra.local.aws.short_way.operations import Call, Failed, taken

AWS = ".amazonaws.com"

_make_request = Endpoint.make_request
_call = BotocoreStubber.__call__


class Attempt(AWSPreparedRequest):
    """The request of an attempt. botocore serialized it, and nothing signs it."""

    def __init__(self, service: str, operation: str, given: dict[str, Any]) -> None:
        super().__init__(given["method"], given["url"], given["headers"], given["body"], stream_output=False)
        self.event_name = f"before-send.{service}.{operation}"
        self.called = service, operation, given["context"]["client_region"]


class Answer(Success):
    """A successful answer. `parsed` is what the client returns."""

    def __init__(self, result: dict[str, Any]) -> None:
        request_id = gen_amzn_requestid_long()
        metadata = {
            "RequestId": request_id,
            "HTTPStatusCode": self.status_code,
            "HTTPHeaders": {"x-amzn-requestid": request_id},
        }
        self.parsed = {**result, "ResponseMetadata": metadata}


def make_request(endpoint: Any, operation: Any, given: dict[str, Any]) -> Any:
    """Replaces botocore's Endpoint.make_request. Returns the HTTP response, and what the client returns."""
    service = operation.service_model.service_id.hyphenize()
    if (service, operation.name) not in taken or AWS not in given["url"]:
        return _make_request(endpoint, operation, given)
    attempt = Attempt(service, operation.name, given)
    return repeat(endpoint, operation, given, lambda: _answered(endpoint, operation, attempt))


def _answered(endpoint: Any, operation: Any, attempt: Attempt) -> Answered:
    response: Any = first_non_none_response(endpoint._event_emitter.emit(attempt.event_name, request=attempt))
    if isinstance(response, Answer):
        return response, response.parsed
    return response, parsed(endpoint, operation, convert_to_response_dict(response, operation))


def answer(stubber: Any, event_name: str, request: AWSPreparedRequest, **given: Any) -> Any:
    """Replaces moto's BotocoreStubber.__call__, which answers the event `before-send`."""
    if not isinstance(request, Attempt):
        return _call(stubber, event_name, request, **given)
    call = Call(*request.called, request.headers, request.body)
    try:
        return Answer(call.result())
    except Failed as failed:
        status, headers, body = failed.response
        return AWSResponse(request.url, status, headers, MockRawResponse(body))
