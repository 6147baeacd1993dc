"""Cross-origin resource sharing of HTTP APIs and function URLs, by their CORS configuration.

The API itself answers a preflight request that matches no route. Its headers replace those of a function:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from collections.abc import Sequence

from infra.local.model.messages import Request, Response
from infra.local.model.stack import Cors

PREFIX = "access-control-"


def is_preflight(request: Request) -> bool:
    """Whether a request is a CORS preflight (https://fetch.spec.whatwg.org/#http-cors-protocol)."""
    headers = dict(request.headers)
    return request.method == "OPTIONS" and "origin" in headers and f"{PREFIX}request-method" in headers


def preflight(cors: Cors, request: Request) -> Response:
    """The API's response to a preflight request."""
    return with_headers(cors, request, Response(204, [], b""))


def with_headers(cors: Cors, request: Request, response: Response) -> Response:
    """The response with the API's CORS headers in place of the function's."""
    kept = [(name, value) for name, value in response.headers if not name.startswith(PREFIX)]
    return response._replace(headers=[*kept, *_headers(cors, request)])


def _headers(cors: Cors, request: Request) -> Sequence[tuple[str, str]]:
    origin = dict(request.headers).get("origin")
    if origin is None or not any(_matches(origin, allowed) for allowed in cors.allow_origins):
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


def _matches(origin: str, allowed: str) -> bool:
    """Whether an origin is allowed. `allowed` may be `*`, or a scheme with any host, such as `https://*`."""
    return origin.startswith(allowed[:-1]) if allowed.endswith("*") else origin == allowed
