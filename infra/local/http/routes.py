"""Matches requests to the routes of HTTP APIs.

The order of precedence is documented in https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html.
A full match precedes a greedy path variable, which precedes `$default`; then the more specific route wins.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from infra.local.model.stack import ANY, DEFAULT, HttpApi, Route

TEXT, VARIABLE, GREEDY = range(3)
"""The kinds of a segment in a route's path, most specific first."""


class Match(NamedTuple):
    """A route that matches a request, and its path parameters."""

    route: Route
    parameters: dict[str, str]

    @property
    def rank(self) -> tuple[object, ...]:
        """The sort key that puts the most specific route first: by path, from the left, then by method."""
        kinds = [_kind(segment) for segment in _segments(self.route.path)]
        return self.route.path == DEFAULT, GREEDY in kinds, kinds, self.route.method == ANY


def find_route(routes: Iterable[Route], method: str, path: str) -> Match | None:
    """The most specific matching route and its path parameters, or None."""
    return min(matches(routes, method, path), key=lambda match: match.rank, default=None)


def matches(routes: Iterable[Route], method: str | None, path: str) -> list[Match]:
    """The routes that match a path and a method. A method of None matches every route."""
    return [
        Match(route, parameters)
        for route in routes
        if method is None or route.method in (method, ANY)
        if (parameters := _parameters(route.path, path)) is not None
    ]


def stage_of(api: HttpApi, path: str) -> tuple[str, str] | None:
    """The stage that a path names and the rest of the path, or else `$default` and the whole path.

    None if the API has no such stage.
    """
    first, _, rest = path.removeprefix("/").partition("/")
    if unquote(first) in api.stages.keys() - {DEFAULT}:
        return unquote(first), f"/{rest}"
    return (DEFAULT, path) if DEFAULT in api.stages else None


def _parameters(pattern: str, path: str) -> dict[str, str] | None:
    if pattern == DEFAULT:
        return {}
    expected, found = _segments(pattern), _segments(path)
    parameters = {}
    if _kind(expected[-1]) == GREEDY:
        last = len(expected) - 1
        rest = "/".join(path.removeprefix("/").split("/")[last:])
        if not rest:
            return None
        parameters[expected[-1][1:-2]] = unquote(rest)
        expected, found = expected[:last], found[:last]
    if len(expected) != len(found):
        return None
    for name, value in zip(expected, found, strict=True):
        if name.startswith("{"):
            if not value:
                return None
            parameters[name.strip("{}")] = unquote(value)
        elif name != value:
            return None
    return parameters


def _segments(path: str) -> Sequence[str]:
    return path.strip("/").split("/")


def _kind(segment: str) -> int:
    if not segment.startswith("{"):
        return TEXT
    return GREEDY if segment.endswith("+}") else VARIABLE
