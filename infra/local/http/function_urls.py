"""Function URLs, which invoke a function over HTTP without an API.

On AWS each function URL has its own host name; the local run uses the path `/_urls/{function}/` instead. The
event has the rest of the path: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from collections.abc import Iterator, Mapping

from infra.local.http import http_api
from infra.local.http.cors import is_preflight, preflight, with_headers
from infra.local.model import traces
from infra.local.model.messages import Request, Response
from infra.local.model.stack import ANY, DEFAULT, Function, FunctionUrl, Route, Stack
from infra.local.runtime.environments import Environments, FunctionFailed, NoFreeEnvironment

PREFIX = "/_urls/"
BODY_LIMIT_BYTES = 6 * 1024 * 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


class FunctionUrls:
    """Invokes functions for requests whose path begins with PREFIX."""

    def __init__(self, stacks: Mapping[str, Stack], environments: Environments) -> None:
        self._stacks, self._environments = stacks, environments

    async def handle(self, request: Request) -> Response:
        """The response to a request to a function URL."""
        name, _, path = request.path.removeprefix(PREFIX).partition("/")
        found = next((url for url in self._urls() if url[0].name == name), None)
        if found is None:
            return http_api.error_response(404, "Not Found")
        function, url = found
        if len(request.body) > BODY_LIMIT_BYTES:
            return http_api.error_response(413, "Request Entity Too Large")
        if url.cors is not None and is_preflight(request):
            return preflight(url.cors, request)
        response = await self._invoke(function, request._replace(path=f"/{path}"))
        return with_headers(url.cors, request, response) if url.cors else response

    def _urls(self) -> Iterator[tuple[Function, FunctionUrl]]:
        for stack in self._stacks.values():
            for url in stack.urls.values():
                yield stack.functions[url.function], url

    async def _invoke(self, function: Function, request: Request) -> Response:
        forwarded = http_api.add_forwarding_headers(request)
        event = http_api.event(forwarded, Route(ANY, DEFAULT, function.logical_id), {})
        event["requestContext"] |= {
            "accountId": "anonymous",
            "apiId": function.name,
            "domainPrefix": function.name,
        }
        root = traces.root_of(dict(forwarded.headers)[http_api.TRACE])
        try:
            result = await self._environments.invoke(function, event, function.timeout_seconds, root)
        except FunctionFailed:
            return http_api.error_response(502, "Internal Server Error")
        except NoFreeEnvironment:
            return http_api.error_response(429, "Rate Exceeded")
        return http_api.response(result)
