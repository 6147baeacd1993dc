"""One id for all that follows from an HTTP request: the caller's, or else the request's own.

`X-Correlation-Id` rather than W3C's traceparent: that one is X-Ray's to change at every hop, this one is in
the events too, and stays the same for days.
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
_VALID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def correlation_id(event: Mapping[str, Any]) -> str:
    """Of a request in payload format 2.0; one that `check` refuses is not used."""
    given = _given(event)
    if given is not None and _VALID.fullmatch(given):
        return given
    return str(event["requestContext"]["requestId"])


def check(app: APIGatewayHttpResolver, following: NextMiddleware) -> Response[Any]:
    """A middleware: raises Problem if the caller gave an id that could not be found again in a log."""
    given = _given(app.current_event.raw_event)
    if given is not None and not _VALID.fullmatch(given):
        wrong = [(HEADER, "1 to 64 letters, digits, dots, colons, hyphens or underscores")]
        raise Problem(HTTPStatus.BAD_REQUEST, "the correlation id cannot be used", wrong)
    return following(app)


def resolve(
    app: APIGatewayHttpResolver, event: dict[str, Any], context: LambdaContext, logger: Logger
) -> dict[str, Any]:
    """The app's answer, which carries the correlation id, as every line that is logged meanwhile."""
    correlated = correlation_id(event)
    with logger.append_context_keys(correlation_id=correlated):
        answer = app.resolve(event, context)
    answer.setdefault("headers", {})[HEADER] = correlated
    return answer


def _given(event: Mapping[str, Any]) -> str | None:
    given: str | None = event.get("headers", {}).get(HEADER.lower())
    return given
