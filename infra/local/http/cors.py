"""An HTTP API's cross-origin resource sharing, as its CORS configuration says.

The API answers a preflight request where no route takes it, and its headers replace those of functions:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from collections.abc import Sequence
from dataclasses import replace

from infra.local.model.messages import Request, Response
from infra.local.model.stack import Cors

PREFIX = "access-control-"


def is_preflight(request: Request) -> bool:
    """Whether a browser asks what it may send (https://fetch.spec.whatwg.org/#http-cors-protocol)."""
    asked = dict(request.headers)
    return request.method == "OPTIONS" and "origin" in asked and f"{PREFIX}request-method" in asked


def preflight(cors: Cors, request: Request) -> Response:
    """The API's own answer to a preflight request."""
    return with_headers(cors, request, Response(204, [], b""))


def with_headers(cors: Cors, request: Request, answer: Response) -> Response:
    """The answer with the API's CORS headers, and none of the function's."""
    kept = [(name, value) for name, value in answer.headers if not name.startswith(PREFIX)]
    return replace(answer, headers=[*kept, *_headers(cors, request)])


def _headers(cors: Cors, request: Request) -> Sequence[tuple[str, str]]:
    origin = dict(request.headers).get("origin")
    if origin is None or not any(_fits(origin, allowed) for allowed in cors.allow_origins):
        return []
    named = {
        "allow-origin": "*" if "*" in cors.allow_origins else origin,
        "allow-credentials": "true" if cors.allow_credentials else "",
        "expose-headers": ",".join(cors.expose_headers),
    }
    if is_preflight(request):
        named |= {
            "allow-methods": ",".join(cors.allow_methods),
            "allow-headers": ",".join(cors.allow_headers),
            "max-age": "" if cors.max_age_seconds is None else str(cors.max_age_seconds),
        }
    return [(PREFIX + name, value) for name, value in named.items() if value]


def _fits(origin: str, allowed: str) -> bool:
    """An allowed origin may be `*`, or a scheme with any host, such as `https://*`."""
    return origin.startswith(allowed[:-1]) if allowed.endswith("*") else origin == allowed
