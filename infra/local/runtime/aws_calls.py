"""Sends the AWS calls of this process to the backend as frames, however the function creates its clients.

It uses extension points of botocore: an initializer of sessions, the event `before-send`, and the table of
signature versions. Calls to other endpoints, and those with streamed bodies, remain signed HTTP. Most calls
take a shorter way (`short_calls`).
"""

from typing import Any

import botocore
from botocore import auth
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.endpoint import Endpoint
from botocore.exceptions import NoCredentialsError
from botocore.session import Session

from infra.local.model.messages import Request
from infra.local.runtime import short_calls
from infra.local.runtime.backend_calls import backend_at
from infra.local.runtime.short_calls import Body, text

Call = Any
"""botocore's AWSPreparedRequest. Its stubs lack the attribute `context`."""
USER_AGENT = "local-run"
"""Fixed, because botocore builds its own user agent twice for each call: a third of the call's CPU time."""
ANY_TIME = f"{short_calls.ANY_DATE}T000000Z"


def install() -> None:
    """Prepares the sessions and clients that this process creates from now on. They use HTTP until `use`."""
    botocore.register_initializer(_prepare)
    auth.AUTH_TYPE_MAPS["v4"] = _Unsigned
    Endpoint.make_request = short_calls.make_request  # type: ignore[assignment]  # Any, not its types


def _prepare(session: Session) -> None:
    session.set_default_client_config(Config(user_agent=USER_AGENT))
    session.register("before-send", _send)  # type: ignore[arg-type]  # the stubs lack handlers that answer


def _send(request: Call, event_name: str, **_: Any) -> AWSResponse | None:
    """The backend's response. None lets botocore send the request itself."""
    to = backend_at(request.url)
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    if to is None or not isinstance(body, bytes):
        return None
    path, _, query = request.url.removeprefix(to.url).partition("?")
    headers = [(name.lower(), text(value)) for name, value in request.headers.items()]
    call = Request(request.method, f"/{path}", query, [*headers, ("host", to.host)], body)
    response = to.answer(event_name.rpartition(".")[2], request.url, request.context, call)
    response_headers: Any = dict(response.headers)
    return AWSResponse(request.url, response.status, response_headers, Body(response.body))


class _Unsigned(auth.SigV4Auth):
    """Names the access key, region and service, as a signature does. The backend verifies no signature."""

    def add_auth(self, request: Any) -> None:
        if backend_at(request.url) is None:
            super().add_auth(request)
            return
        if self.credentials is None:
            raise NoCredentialsError()
        request.context["timestamp"] = ANY_TIME
        request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={self.scope(request)}"
