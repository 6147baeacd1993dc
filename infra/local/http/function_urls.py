"""Function URLs: an HTTP address of a function without an API.

A laptop has no name for each of them, so an address is a path of the run's own: `/_urls/{function}/`.
The event has the path below it, as on AWS: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from infra.local.http import http_api
from infra.local.http.cors import is_preflight, preflight, with_headers
from infra.local.model import traces
from infra.local.model.messages import Answer, Request
from infra.local.model.stack import ANY, DEFAULT, Function, FunctionUrl, Route, Stack
from infra.local.runtime.environments import Environments, FunctionFailed, NoFreeEnvironment

PREFIX = "/_urls/"
BODY_LIMIT_BYTES = 6 * 1024 * 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


class FunctionUrls:
    """Answers requests below PREFIX."""

    def __init__(self, stacks: Mapping[str, Stack], environments: Environments) -> None:
        self._stacks, self._environments = stacks, environments

    async def answer(self, request: Request) -> Answer:
        name, _, path = request.path.removeprefix(PREFIX).partition("/")
        found = next((url for url in self._urls() if url[0].name == name), None)
        if found is None:
            return http_api.message(404, "Not Found")
        function, url = found
        if len(request.body) > BODY_LIMIT_BYTES:
            return http_api.message(413, "Request Entity Too Large")
        if url.cors is not None and is_preflight(request):
            return preflight(url.cors, request)
        answer = await self._invoke(function, replace(request, path=f"/{path}"))
        return with_headers(url.cors, request, answer) if url.cors else answer

    def _urls(self) -> Iterator[tuple[Function, FunctionUrl]]:
        for stack in self._stacks.values():
            for url in stack.urls.values():
                yield stack.functions[url.function], url

    async def _invoke(self, function: Function, request: Request) -> Answer:
        given = http_api.forwarded(request)
        event = http_api.event(given, Route(ANY, DEFAULT, function.logical_id), {})
        event["requestContext"] |= {
            "accountId": "anonymous",
            "apiId": function.name,
            "domainPrefix": function.name,
        }
        root = traces.root_of(dict(given.headers)[http_api.TRACE])
        try:
            result = await self._environments.invoke(function, event, function.timeout_seconds, root)
        except FunctionFailed:
            return http_api.message(502, "Internal Server Error")
        except NoFreeEnvironment:
            return http_api.message(429, "Rate Exceeded")
        return http_api.answer(result)
