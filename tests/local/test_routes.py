"""Route selection, with the rules of the API Gateway developer guide.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

import pytest

from infra.local.http.routes import find_route, stage_of
from infra.local.model.stack import HttpApi, Route

KEYS = [
    "GET /",
    "GET /pets/dog/1",
    "GET /pets/dog/{id}",
    "GET /pets/{proxy+}",
    "ANY /pets/{id}",
    "POST /pets/{id}",
    "GET /pets/{id}/toys",
    "GET /{kind}/cat/toys",
    "ANY /{proxy+}",
    "$default",
]


def route(key: str) -> Route:
    method, _, path = key.partition(" ")
    return Route(method if path else "ANY", path or key, "F")


ROUTES = [route(key) for key in KEYS]


@pytest.mark.parametrize("routes", [ROUTES, ROUTES[::-1]], ids=["as listed", "backwards"])
@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", {}),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}", {"proxy": "cat/1"}),
        ("POST", "/test/5", "ANY /{proxy+}", {"proxy": "test/5"}),
        ("GET", "/pets/7", "ANY /pets/{id}", {"id": "7"}),
        ("POST", "/pets/7", "POST /pets/{id}", {"id": "7"}),
        ("PATCH", "/pets/7", "ANY /pets/{id}", {"id": "7"}),
        ("GET", "/pets/cat/toys", "GET /pets/{id}/toys", {"id": "cat"}),
        ("GET", "/pets/a%20b/c%2Fd/e", "GET /pets/{proxy+}", {"proxy": "a b/c/d/e"}),
        ("GET", "/", "GET /", {}),
        ("POST", "/", "$default", {}),
    ],
)
def test_the_most_specific_route_wins(
    routes: list[Route], method: str, path: str, key: str, parameters: dict[str, str]
) -> None:
    found = find_route(routes, method, path)
    assert found is not None
    assert (found.route.key, found.parameters) == (key, parameters)


@pytest.mark.parametrize(
    ("key", "method", "path"),
    [
        ("GET /a", "HEAD", "/a"),
        ("GET /a", "GET", "/b"),
        ("GET /a/{id}", "GET", "/a/"),
        ("GET /a/{proxy+}", "GET", "/a"),
        ("GET /a/{proxy+}", "GET", "/a/"),
        ("GET /a/{proxy+}", "GET", "/b/c"),
    ],
)
def test_a_route_does_not_match(key: str, method: str, path: str) -> None:
    assert find_route([route(key)], method, path) is None


@pytest.mark.parametrize(
    ("stages", "path", "found"),
    [
        (["$default"], "/v1/orders", ("$default", "/v1/orders")),
        (["v1"], "/v1/orders", ("v1", "/orders")),
        (["v1"], "/v1", ("v1", "/")),
        (["v1"], "/orders", None),
        (["$default", "v1"], "/v1/orders", ("v1", "/orders")),
        (["$default", "v1"], "/orders", ("$default", "/orders")),
    ],
)
def test_a_path_names_its_stage_or_belongs_to_the_default_stage(
    stages: list[str], path: str, found: tuple[str, str] | None
) -> None:
    assert stage_of(HttpApi([], stages={name: {} for name in stages}), path) == found
