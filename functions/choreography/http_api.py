"""What the HTTP APIs of the services have in common: their resolver, and how a body is read."""

from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from choreography import correlation
from choreography.problems import Problem, failed

BODY_LIMIT_BYTES = 64 * 1024


def resolver(
    known: Callable[[Exception], Problem | None], otherwise: str, logger: Logger
) -> APIGatewayHttpResolver:
    """A resolver that answers every exception with a problem document.

    `known` gives the problem of an exception that the API expects. Any other exception is answered 503, with
    the detail `otherwise`.
    """
    app = APIGatewayHttpResolver()
    app.use([correlation.check])

    def answer(error: Exception) -> Response[str]:
        problem = error if isinstance(error, Problem) else known(error)
        return (problem or failed(error, otherwise, logger)).response(app.current_event.path)

    app.exception_handler(Exception)(answer)
    return app


def text_of(request: APIGatewayProxyEventV2) -> str:
    """The request's body. Raises Problem: 400 if it is not UTF-8, 413 if it is over BODY_LIMIT_BYTES."""
    try:
        body = request.decoded_body or ""
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "the body is not UTF-8", [("body", str(error))]) from None
    if len(body.encode()) > BODY_LIMIT_BYTES:
        detail = f"at most {BODY_LIMIT_BYTES} bytes"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, [("body", "too large")])
    return body
