"""API Gateway: the HTTP APIs of all stacks, at one address."""

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
from infra.local.model.messages import Answer, Request
from infra.local.model.stack import Cors, HttpApi, Stack
from infra.local.reporting.journal import Journal
from infra.local.runtime.environments import Environments, FunctionFailed, NoFreeEnvironment

if TYPE_CHECKING:
    from infra.local.http.tokens.authorizer import JwtAuthorizer

WAIT_SECONDS = 30.0
"""How long an event waits for a free environment; for a request, API Gateway's integration timeout."""
BODY_LIMIT_BYTES = 10 * 1024 * 1024
"""API Gateway's payload limit."""


class Found(NamedTuple):
    """Where a request goes."""

    stack: Stack
    api: HttpApi
    stage: Stage
    match: Match


class Gateway:
    """Finds a request's route, asks its function, and answers as API Gateway does."""

    def __init__(self, stacks: Mapping[str, Stack], environments: Environments, journal: Journal) -> None:
        self._stacks, self._environments, self._journal = stacks, environments, journal

    @cached_property
    def _authorizer(self) -> "JwtAuthorizer":
        """Verifies tokens; a run whose routes ask for none does not load what that takes."""
        from infra.local.http.tokens.authorizer import JwtAuthorizer

        return JwtAuthorizer()

    async def answer(self, request: Request) -> Answer:
        """Answers a customer's request."""
        if len(request.body) > BODY_LIMIT_BYTES:
            return http_api.message(413, "Request Entity Too Large")
        cors = self._cors(request) if is_preflight(request) else None
        if cors is not None:
            return preflight(cors, request)
        found = self._find(request)
        return await self._serve(found, request) if found else http_api.message(404, "Not Found")

    def _find(self, request: Request) -> Found | None:
        """The most specific route of all APIs, since they share an address here."""
        found = [
            Found(stack, api, stage, match)
            for stack, api, stage, path in self._asked(request)
            if (match := routes.find_route(api.routes, request.method, path)) is not None
        ]
        return min(found, key=lambda each: each.match.rank, default=None)

    def _cors(self, request: Request) -> Cors | None:
        """What answers a preflight request: the API whose path fits it best, if no route there takes it."""
        fitting = [
            (match.rank, number, api, path)
            for number, (_, api, _, path) in enumerate(self._asked(request))
            for match in routes.matches(api.routes, None, path)
        ]
        if not fitting:
            return None
        *_, api, path = min(fitting, key=lambda each: each[:2])
        return None if routes.find_route(api.routes, request.method, path) else api.cors

    def _asked(self, request: Request) -> Iterator[tuple[Stack, HttpApi, Stage, str]]:
        for stack in self._stacks.values():
            for api in stack.apis.values():
                stage = routes.stage_of(api, request.path)
                if stage is not None:
                    name, path = stage
                    yield stack, api, Stage(name, api.stages[name]), path

    async def _serve(self, found: Found, request: Request) -> Answer:
        began = time.time()
        answer = await self._answer(found, request)
        if found.api.cors:
            answer = with_headers(found.api.cors, request, answer)
        self._journal.note_request(found.match.route, request, answer, began)
        return answer

    async def _answer(self, found: Found, request: Request) -> Answer:
        route, parameters = found.match
        try:
            caller = (
                await self._authorizer.check(route, route.authorizer, request) if route.authorizer else None
            )
        except Denied as denied:
            return denied.answer
        given = http_api.forwarded(request)
        event = payloads.event(given, route, parameters, caller, found.stage)
        root = traces.root_of(dict(given.headers)[http_api.TRACE])
        try:
            async with asyncio.timeout(route.timeout_seconds):
                function = found.stack.functions[route.function]
                result = await self._environments.invoke(function, event, WAIT_SECONDS, root)
        except FunctionFailed:
            return http_api.message(500, "Internal Server Error")
        except (NoFreeEnvironment, TimeoutError):
            return http_api.message(503, "Service Unavailable")
        return http_api.answer(result, route.payload)
