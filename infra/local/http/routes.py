"""Which route of an HTTP API a request takes.

The order is that of https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html:
a full match, then a greedy path variable, then `$default`; among the rest, the route that says more.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from infra.local.model.stack import ANY, DEFAULT, HttpApi, Route

TEXT, VARIABLE, GREEDY = range(3)
"""What a segment of a route's path is; the lower, the more specific."""


class Match(NamedTuple):
    """A route that fits a request, and its path parameters."""

    route: Route
    parameters: dict[str, str]

    @property
    def rank(self) -> tuple[object, ...]:
        """Sorts the most specific route first: by its path, from the left, then by its method."""
        kinds = [_kind(segment) for segment in _segments(self.route.path)]
        return self.route.path == DEFAULT, GREEDY in kinds, kinds, self.route.method == ANY


def find_route(routes: Iterable[Route], method: str, path: str) -> Match | None:
    """The most specific route that fits, and its path parameters."""
    return min(matches(routes, method, path), key=lambda match: match.rank, default=None)


def matches(routes: Iterable[Route], method: str | None, path: str) -> list[Match]:
    """The routes that fit a path, for this method or, if it is None, for any."""
    return [
        Match(route, parameters)
        for route in routes
        if method is None or route.method in (method, ANY)
        if (parameters := _parameters(route.path, path)) is not None
    ]


def stage_of(api: HttpApi, path: str) -> tuple[str, str] | None:
    """The stage that a path names, and the path after it; `$default` where it names none.

    None where the API has no stage for the path.
    """
    first, _, rest = path.removeprefix("/").partition("/")
    if unquote(first) in api.stages.keys() - {DEFAULT}:
        return unquote(first), f"/{rest}"
    return (DEFAULT, path) if DEFAULT in api.stages else None


def _parameters(pattern: str, path: str) -> dict[str, str] | None:
    if pattern == DEFAULT:
        return {}
    expected, given = _segments(pattern), _segments(path)
    parameters = {}
    if _kind(expected[-1]) == GREEDY:
        last = len(expected) - 1
        rest = "/".join(path.removeprefix("/").split("/")[last:])
        if not rest:
            return None
        parameters[expected[-1][1:-2]] = unquote(rest)
        expected, given = expected[:last], given[:last]
    if len(expected) != len(given):
        return None
    for name, value in zip(expected, given, strict=True):
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
