"""The short way of a function's AWS call to the backend: no HTTP request is made and signed.

The long way is botocore's own. It remains for clients with handlers of events that the short way does not
emit, for other protocols and signatures, and while botocore logs its requests.
"""

import logging
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from botocore.awsrequest import AWSResponse
from botocore.endpoint import Endpoint
from botocore.signers import RequestSigner

from infra.local.aws.attempts import Answered, Operation, parsed, repeat
from infra.local.model.messages import Request, Response
from infra.local.runtime.backend_calls import Backend, backend_at

EVENTS = (
    "request-created",
    "choose-signer",
    "before-sign",
    "before-send",
    "response-received",
    "before-parse",
)
"""The events that the short way does not emit."""
HANDLERS = {
    "aws_lambda_powertools.shared.user_agent._create_feature_function.<locals>.add_powertools_feature",
    "botocore.handlers._set_auth_scheme_preference_signer",
    "botocore.handlers.add_retry_headers",
    "botocore.handlers.set_operation_specific_signer",
    "botocore.retries.standard.MaxAttemptsSeeder.seed_max_attempts",
    "botocore.signers.RequestSigner.handler",
    "botocore.useragent.UserAgentString.rebuild_and_replace_user_agent_handler",
    "infra.local.runtime.aws_calls._send",
}
"""Their handlers that any client has: of botocore, of Powertools (for the user agent), and of `aws_calls`."""
PROTOCOLS = ("json", "query")
ANY_DATE = "20260101"
"""The date of a call without a signature. The backend does not read it."""

_make_request = Endpoint.make_request
_log = logging.getLogger("botocore.endpoint")


class Body(BytesIO):
    """A response's body, with the method of urllib3 that botocore calls."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def make_request(endpoint: Any, operation: Operation, given: dict[str, Any]) -> Answered:
    """Replaces botocore's Endpoint.make_request."""
    url, context = given["url"], given["context"]
    to = backend_at(url)
    authorization = _authorization(endpoint, operation) if to is not None else None
    if to is None or authorization is None:
        answered: Answered = _make_request(endpoint, operation, given)
        return answered
    request = _request(to, authorization, given)

    def attempt() -> Answered:
        return _answered(endpoint, operation, url, to.answer(operation.name, url, context, request))

    return repeat(endpoint, operation, given, attempt)


def _authorization(endpoint: Any, operation: Operation) -> str | None:
    """The header that names the Region and the service. None: the call cannot go the short way."""
    if _log.isEnabledFor(logging.DEBUG):
        return None
    emitter, name = endpoint._event_emitter._emitter, f"short-way.{operation.name}"
    cache = emitter._lookup_cache  # botocore empties it with each change of the handlers
    if name not in cache:
        cache[name] = _signed(emitter, operation) if _is_known(emitter, operation) else None
    found: str | None = cache[name]
    return found


def _is_known(emitter: Any, operation: Operation) -> bool:
    """Whether the short way does all that this client does for the operation."""
    handlers = [handler for event in EVENTS for handler in _handlers(emitter, event, operation)]
    names = {f"{handler.__module__}.{getattr(handler, '__qualname__', '')}" for handler in handlers}
    is_json_or_query = operation.service_model.resolved_protocol in PROTOCOLS
    return is_json_or_query and not operation.has_event_stream_output and names <= HANDLERS


def _signed(emitter: Any, operation: Operation) -> str | None:
    for handler in _handlers(emitter, "request-created", operation):
        signer = getattr(handler, "__self__", None)
        if isinstance(signer, RequestSigner) and signer.signature_version == "v4":
            credentials: Any = getattr(signer, "_credentials")  # noqa: B009  # the stubs lack it
            scope = f"{ANY_DATE}/{signer.region_name}/{signer.signing_name}/aws4_request"
            return f"AWS4-HMAC-SHA256 Credential=local/{scope}" if credentials else None
    return None


def _handlers(emitter: Any, event: str, operation: Operation) -> Iterable[Any]:
    service = operation.service_model.service_id.hyphenize()
    found: Iterable[Any] = emitter._handlers.prefix_search(f"{event}.{service}.{operation.name}")
    return found


def _request(to: Backend, authorization: str, given: dict[str, Any]) -> Request:
    body = given["body"]
    if isinstance(body, dict):
        body = urlencode(body, doseq=True)
    if isinstance(body, str):
        body = body.encode()
    path, _, query = given["url"].removeprefix(to.url).partition("?")
    headers = [
        *((name.lower(), text(value)) for name, value in given["headers"].items()),
        ("authorization", authorization),
        ("content-length", str(len(body))),
        ("host", to.host),
    ]
    return Request(given["method"], f"/{path}", query, headers, body)


def _answered(endpoint: Any, operation: Operation, url: str, response: Response) -> Answered:
    headers: Any = dict(response.headers)
    answer = AWSResponse(url, response.status, headers, Body(response.body))
    content = {
        "headers": answer.headers,
        "status_code": response.status,
        "context": {"operation_name": operation.name},
        "body": response.body,
    }
    return answer, parsed(endpoint, operation, content)


def text(value: str | bytes) -> str:
    """The value of a header, which botocore keeps as text or as bytes."""
    return value.decode() if isinstance(value, bytes) else value
