"""The errors of the page's API, as problem documents (RFC 9457)."""

import json
from http import HTTPStatus

from pydantic import ValidationError

from choreography.problems import phrase
from infra.local.model.messages import Response


class Problem(Exception):
    """The page's API rejects a request. `detail` says why."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail

    def answer(self) -> Response:
        document = {
            "type": "about:blank",
            "title": phrase(self.status),
            "status": self.status.value,
            "detail": self.detail,
        }
        headers = [("content-type", "application/problem+json"), ("cache-control", "no-store")]
        return Response(self.status.value, headers, json.dumps(document).encode())


def invalid(error: ValidationError) -> Problem:
    """The problem of an invalid body: 400 if it is not JSON, 422 if a value is not allowed."""
    found = error.errors(include_url=False)
    if any(e["type"] == "json_invalid" for e in found):
        return Problem(HTTPStatus.BAD_REQUEST, "the body is not JSON")
    wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in found)
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, wrong)
