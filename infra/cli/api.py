"""A client of Order's HTTP API that retries failed requests."""

import json
import os
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from infra.cli.errors import CommandError, NotFound

ATTEMPTS = 4
TIMEOUT_SECONDS = 30


class Refused(Exception):
    """The API rejects the request, and would reject a retry, too."""


class Api:
    """The API at `url`. Requests carry the token in the environment variable CHOREO_TOKEN, if it is set."""

    def __init__(self, url: str) -> None:
        self._url, token = url.rstrip("/"), os.environ.get("CHOREO_TOKEN")
        self._caller = {"authorization": f"Bearer {token}"} if token else {}

    def place(self, order: dict[str, Any]) -> str:
        """Places one order, with up to ATTEMPTS requests, and returns its id.

        Raises Refused, or CommandError if no request succeeds.
        """
        answer = self._post("/orders", order, {"Idempotency-Key": str(uuid4())})
        if not isinstance(answer, dict) or "order_id" not in answer:
            raise CommandError(f"{self._url} is not the address of the order API: check the stack's ApiUrl")
        return str(answer["order_id"])

    def cancel(self, order_id: str) -> bool:
        """Requests a cancellation. Returns False if it is too late."""
        try:
            self._post(f"/orders/{order_id}/cancellation", None, {})
        except Refused:
            return False
        return True

    def order(self, order_id: str) -> dict[str, Any]:
        """The order as its customer sees it. Raises NotFound if the caller has no such order."""
        request = urllib.request.Request(f"{self._url}/orders/{quote(order_id)}", headers=self._caller)
        try:
            found: dict[str, Any] = self._send(request)
        except Refused as refusal:
            raise NotFound(f"there is no order {order_id} for this caller: {refusal}") from refusal
        return found

    def _post(self, path: str, body: Any, headers: dict[str, str]) -> Any:
        data = b"" if body is None else json.dumps(body).encode()
        return self._send(
            urllib.request.Request(
                self._url + path,
                data,
                {"content-type": "application/json", **self._caller, **headers},
                method="POST",
            )
        )

    def _send(self, request: urllib.request.Request) -> Any:
        """The JSON of the answer, after up to ATTEMPTS requests. Raises Refused or CommandError."""
        problem = ""
        for attempt in range(ATTEMPTS):
            time.sleep(0.2 * attempt)
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                problem = f"{error.code} {error.reason}"
                if error.code == HTTPStatus.UNAUTHORIZED:
                    raise CommandError(
                        f"{self._url} needs a valid token in CHOREO_TOKEN: {_token_error(error)}"
                    ) from error
                if error.code < 500 and error.code != 429 and "Retry-After" not in error.headers:
                    raise Refused(_detail(error)) from error
            except (OSError, HTTPException, ValueError) as error:
                problem = str(getattr(error, "reason", error))
        raise CommandError(f"{self._url} accepts no request, after {ATTEMPTS} attempts: {problem}")


def _token_error(error: urllib.error.HTTPError) -> str:
    """The description of the token's error in the `www-authenticate` header (RFC 6750, section 3)."""
    error.close()
    _, _, description = error.headers.get("www-authenticate", "").partition("error_description=")
    return description.strip('"') or "the variable is not set"


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        problem = json.load(error)
        wrong = "".join(f"; {field['field']}: {field['detail']}" for field in problem.get("errors", []))
        return str(problem["detail"]) + wrong
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{error.code} {error.reason}"
