"""The attempts of a call as botocore makes them, without its HTTP requests and their signatures."""

from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from botocore import parsers

Endpoint = Any
"""botocore's Endpoint, whose private methods are called."""
Operation = Any
"""botocore's OperationModel."""
Answered = tuple[Any, dict[str, Any]]
"""The HTTP response, and what the client returns."""


class Success:
    """In place of an HTTP response: nothing to read, and no reason for a retry."""

    status_code = HTTPStatus.OK.value


def repeat(
    endpoint: Endpoint, operation: Operation, given: Mapping[str, Any], attempt: Callable[[], Answered]
) -> Answered:
    """Makes attempts of a call while botocore retries it. Raises the exception of the last attempt."""
    attempts = 0
    while True:
        answered, error = None, None
        try:
            answered = attempt()
        except Exception as raised:
            error = raised
        else:
            response, result = answered
            result["ResponseMetadata"]["RetryAttempts"] = attempts
            if isinstance(response, Success):
                return answered
        attempts += 1
        if not endpoint._needs_retry(attempts, operation, given, answered, error):
            break
    if answered is None:
        assert error is not None
        raise error
    return answered


def parsed(endpoint: Endpoint, operation: Operation, content: dict[str, Any]) -> dict[str, Any]:
    """What the client returns for the content of a response, as `convert_to_response_dict` makes it."""
    parser = _parser(operation.service_model.resolved_protocol)
    found: dict[str, Any] = parser.parse(content, operation.output_shape)
    if content["status_code"] >= HTTPStatus.MULTIPLE_CHOICES:
        endpoint._add_modeled_error_fields(content, found, operation, parser)
    return found


@cache
def _parser(protocol: str) -> Any:
    return parsers.create_parser(protocol)
