"""The correlation id of an HTTP request: the caller's `X-Correlation-Id`, or else API Gateway's request id.

Every event and log line that follows from the request carries it. It is not W3C's traceparent, because X-Ray
changes that header at every hop, and this id stays the same for days.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography.problems import Problem

HEADER = "X-Correlation-Id"
PATTERN = "[A-Za-z0-9._:=+/-]{1,64}"
"""Request ids of HTTP APIs are base64: with `=`, `+` and `/`, a caller can send back what was answered.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"""


def correlation_id(event: Mapping[str, Any]) -> str:
    """The correlation id of a request in payload format 2.0. An id that `check` refuses is not used."""
    given = _given(event)
    if given is not None and re.fullmatch(PATTERN, given):
        return given
    return str(event["requestContext"]["requestId"])


def check(app: APIGatewayHttpResolver, following: NextMiddleware) -> Response[Any]:
    """Powertools middleware. Raises Problem if the caller's id has other characters or is too long."""
    given = _given(app.current_event.raw_event)
    if given is not None and not re.fullmatch(PATTERN, given):
        wrong = [(HEADER, "send 1 to 64 letters, digits or characters of . _ : = + / -")]
        raise Problem(HTTPStatus.BAD_REQUEST, "the correlation id cannot be used", wrong)
    return following(app)


def resolve(
    app: APIGatewayHttpResolver, event: dict[str, Any], context: LambdaContext, logger: Logger
) -> dict[str, Any]:
    """The app's answer to a request. The answer and every log line in between carry the correlation id."""
    correlated = correlation_id(event)
    with logger.append_context_keys(correlation_id=correlated):
        answer = app.resolve(event, context)
    answer.setdefault("headers", {})[HEADER] = correlated
    return answer


def _given(event: Mapping[str, Any]) -> str | None:
    given: str | None = event.get("headers", {}).get(HEADER.lower())
    return given
