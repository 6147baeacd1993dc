"""Problem documents (RFC 9457): every refusal says what is wrong, and with which field."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from pydantic import ValidationError

from choreography.aws_errors import classified
from choreography.errors import NotAdmitted, Retryable
from choreography.metrics import Metric, count

_RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}


def phrase(status: HTTPStatus) -> str:
    """The status by its name in RFC 9110, section 15; before 3.13, Python has older ones for some."""
    return _RENAMED.get(status, status.phrase)


class Problem(Exception):
    """A request that is refused; `errors` maps each field at fault to what is wrong with it."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.errors, self.headers = tuple(errors), dict(headers or {})

    def response(self, instance: str) -> "Response[str]":
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": phrase(self.status),
            "status": self.status.value,
            "detail": self.detail,
            "instance": instance,
        }
        if self.errors:
            document["errors"] = [{"field": field, "detail": detail} for field, detail in self.errors]
        return Response(
            status_code=self.status.value,
            content_type="application/problem+json",
            body=json.dumps(document),
            headers=dict(self.headers),
        )


def invalid(error: ValidationError, detail: str) -> Problem:
    """400 for what is not JSON at all; 422, with this detail, for JSON that is not what was asked for."""
    found = error.errors(include_url=False, include_input=False)
    if any(e["type"] == "json_invalid" for e in found):
        return Problem(HTTPStatus.BAD_REQUEST, "the body is not JSON", [("body", found[0]["msg"])])
    fields = [(".".join(map(str, e["loc"])) or "body", e["msg"]) for e in found]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, fields)


def failed(error: Exception, detail: str, logger: Logger) -> Problem:
    """503 with `detail`, for an exception that the function has no answer to.

    RequestsFailed counts it, unless it is expected to pass: AWS is unavailable, or other writes won the race.
    NotAdmitted is counted: a function that AWS refuses is deployed wrongly, so its rollout must be undone.
    """
    match classified(error):
        case Retryable() as passing if not isinstance(passing, NotAdmitted):
            reason = f"{type(passing).__name__}: {passing}"
            logger.warning("request refused for now; the caller may repeat it", extra={"reason": reason})
        case _:
            logger.error("request failed", exc_info=error)
            count(Metric.REQUESTS_FAILED)
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "1"})
