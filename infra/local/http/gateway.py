"""API Gateway: routes requests to the HTTP APIs of all stacks, which share one address."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from infra.local.http import http_api, payloads, routes
from infra.local.http.cors import is_preflight, preflight, with_headers
from infra.local.http.http_api import Stage
from infra.local.http.routes import Match
from infra.local.http.tokens import Denied
from infra.local.model import traces
from infra.local.model.messages import Request, Response
from infra.local.model.stack import Cors, HttpApi, Stack
from infra.local.reporting.journal import Journal
from infra.local.runtime.environments import Environments, FunctionFailed, NoFreeEnvironment

if TYPE_CHECKING:
    from infra.local.http.tokens.authorizer import JwtAuthorizer

WAIT_SECONDS = 30.0
"""How long a request waits for a free execution environment: API Gateway's integration timeout."""
BODY_LIMIT_BYTES = 10 * 1024 * 1024
"""The payload limit of API Gateway."""


class Target(NamedTuple):
    """The API, stage and route that a request matches."""

    stack: Stack
    api: HttpApi
    stage: Stage
    match: Match


class Gateway:
    """Finds the route of a request, invokes its function, and converts the result into the response."""

    def __init__(self, stacks: Mapping[str, Stack], environments: Environments, journal: Journal) -> None:
        self._stacks, self._environments, self._journal = stacks, environments, journal

    @cached_property
    def _authorizer(self) -> "JwtAuthorizer":
        """The JWT authorizer. The import of PyJWT is slow, so only the first token loads it."""
        from infra.local.http.tokens.authorizer import JwtAuthorizer

        return JwtAuthorizer()

    def has_root(self, request: Request) -> bool:
        """Whether an API has a route of its own for the root. Routes such as $default match any path."""
        found = self._find(request)
        return found is not None and found.match.route.path == "/"

    async def handle(self, request: Request) -> Response:
        """The response to a request to an HTTP API."""
        if len(request.body) > BODY_LIMIT_BYTES:
            return http_api.error_response(413, "Request Entity Too Large")
        cors = self._cors(request) if is_preflight(request) else None
        if cors is not None:
            return preflight(cors, request)
        found = self._find(request)
        return await self._serve(found, request) if found else http_api.error_response(404, "Not Found")

    def _find(self, request: Request) -> Target | None:
        """The target of a request: the most specific matching route of all APIs."""
        found = [
            Target(stack, api, stage, match)
            for stack, api, stage, path in self._candidates(request)
            if (match := routes.find_route(api.routes, request.method, path)) is not None
        ]
        return min(found, key=lambda each: each.match.rank, default=None)

    def _cors(self, request: Request) -> Cors | None:
        """The CORS configuration that answers a preflight request; None if a route or no API handles it."""
        matching = [
            (match.rank, number, api, path)
            for number, (_, api, _, path) in enumerate(self._candidates(request))
            for match in routes.matches(api.routes, None, path)
        ]
        if not matching:
            return None
        *_, api, path = min(matching, key=lambda each: each[:2])
        return None if routes.find_route(api.routes, request.method, path) else api.cors

    def _candidates(self, request: Request) -> Iterator[tuple[Stack, HttpApi, Stage, str]]:
        """The APIs with a stage for the request's path, and the path within the stage."""
        for stack in self._stacks.values():
            for api in stack.apis.values():
                stage = routes.stage_of(api, request.path)
                if stage is not None:
                    name, path = stage
                    yield stack, api, Stage(name, api.stages[name]), path

    async def _serve(self, found: Target, request: Request) -> Response:
        began = time.time()
        response = await self._invoke(found, request)
        if found.api.cors:
            response = with_headers(found.api.cors, request, response)
        self._journal.note_request(found.match.route, request, response, began)
        return response

    async def _invoke(self, found: Target, request: Request) -> Response:
        route, parameters = found.match
        try:
            caller = (
                await self._authorizer.check(route, route.authorizer, request) if route.authorizer else None
            )
        except Denied as denied:
            return denied.response
        forwarded = http_api.add_forwarding_headers(request)
        event = payloads.event(forwarded, route, parameters, caller, found.stage)
        root = traces.root_of(dict(forwarded.headers)[http_api.TRACE])
        try:
            async with asyncio.timeout(route.timeout_seconds):
                function = found.stack.functions[route.function]
                result = await self._environments.invoke(function, event, WAIT_SECONDS, root)
        except FunctionFailed:
            return http_api.error_response(500, "Internal Server Error")
        except (NoFreeEnvironment, TimeoutError):
            return http_api.error_response(503, "Service Unavailable")
        return http_api.response(result, route.payload_format)
