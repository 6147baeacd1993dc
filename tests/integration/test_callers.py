"""The orders that a caller can read and cancel, by the claims of the token that API Gateway verified."""

import json
from dataclasses import replace
from typing import Any

import pytest

from infra.local.http import http_api, routes
from infra.local.in_process import invoke
from infra.local.model.messages import Request, Response
from tests.world import World, an_order, fields, problem

ADA = {"sub": "ada", "scope": "openid"}
BOB = {"sub": "bob", "scope": "openid orders:operated"}
OPERATOR = {"sub": "olga", "scope": "openid orders:operate"}
WITHOUT_CLAIMS: dict[str, str] = {}


def ask(world: World, claims: dict[str, str] | None, method: str, path: str, body: Any = None) -> Response:
    """Sends a request as API Gateway passes it: with the claims of a verified token, or without claims."""
    path, _, query = path.partition("?")
    found = routes.find_route(world.stack.routes, method, path)
    assert found is not None
    headers = [("content-type", "application/json")]
    raw = b"" if body is None else json.dumps(body).encode()
    verified = None if claims is None else {"jwt": {"claims": claims, "scopes": None}}
    event = http_api.event(Request(method, path, query, headers, raw), *found, verified)
    return http_api.response(invoke(world.stack.functions[found[0].function], event))


@pytest.mark.parametrize(
    ("claim", "value", "given", "operates"),
    [
        ("scope", "shop-api/orders.operate", "openid shop-api/orders.operate", True),  # Cognito
        ("scp", "orders.operate", "orders.read orders.operate", True),  # Entra ID
        ("scp", "orders:operate", "[openid orders:operate]", True),  # Okta
        ("cognito:groups", "operators", "[operators]", True),
        ("roles", "operator", "[operators reader]", False),
        ("scp", "orders:operate", "", False),
        ("scp", "orders:operate", None, False),
    ],
)
def test_an_operator_is_recognised_by_the_configured_claim(
    world: World, claim: str, value: str, given: str | None, operates: bool
) -> None:
    """API Gateway passes a text claim unchanged, and a list claim as `[a b]`."""
    api = world.stack.functions["OrderApi"]
    settings = {**api.environment, "OPERATOR_CLAIM": claim, "OPERATOR_VALUE": value}
    world.stack.functions["OrderApi"] = replace(api, environment=settings)
    order_id = world.place()
    claims = {"sub": "olga"} | ({} if given is None else {claim: given})
    assert ask(world, claims, "GET", f"/orders/{order_id}").status == (200 if operates else 404)


@pytest.mark.parametrize("claims", [ADA, OPERATOR])
def test_a_customer_or_an_operator_can_place_an_order_for_the_customer(
    world: World, claims: dict[str, str]
) -> None:
    assert ask(world, claims, "POST", "/orders", an_order()).status == 202


@pytest.mark.parametrize("claims", [BOB, WITHOUT_CLAIMS])
def test_a_caller_cannot_place_an_order_for_another_customer(world: World, claims: dict[str, str]) -> None:
    answer = ask(world, claims, "POST", "/orders", an_order())
    assert (answer.status, fields(answer)) == (403, {"customer_id"})
    assert world.items("OrderTable") == []


@pytest.mark.parametrize(
    ("method", "action", "status"),
    [("GET", "", 200), ("GET", "/history", 200), ("POST", "/cancellation", 202)],
)
@pytest.mark.parametrize("claims", [ADA, OPERATOR])
def test_the_customer_and_an_operator_can_read_and_cancel_an_order(
    world: World, claims: dict[str, str], method: str, action: str, status: int
) -> None:
    order_id = world.place()
    assert ask(world, claims, method, f"/orders/{order_id}{action}").status == status


@pytest.mark.parametrize(("method", "action"), [("GET", ""), ("GET", "/history"), ("POST", "/cancellation")])
@pytest.mark.parametrize("claims", [BOB, WITHOUT_CLAIMS])
def test_the_order_of_another_customer_is_not_found(
    world: World, claims: dict[str, str], method: str, action: str
) -> None:
    order_id = world.place()
    anothers = problem(ask(world, claims, method, f"/orders/{order_id}{action}"))
    missing = problem(ask(world, claims, method, f"/orders/none{action}"))
    assert anothers["status"] == 404
    assert anothers | {"instance": ""} == missing | {"instance": ""}
    assert world.history(order_id) == ["order.placed"]


@pytest.mark.parametrize("query", ["", "?customer_id=ada"])
def test_a_customer_lists_their_own_orders_with_or_without_their_id(world: World, query: str) -> None:
    order_id = world.place()
    world.place(customer_id="bob")
    listed = json.loads(ask(world, ADA, "GET", f"/orders{query}").body)["orders"]
    assert [order["order_id"] for order in listed] == [order_id]


def test_an_operator_can_list_the_orders_of_a_customer_and_another_customer_cannot(world: World) -> None:
    order_id = world.place()
    refused = ask(world, BOB, "GET", "/orders?customer_id=ada")
    assert (refused.status, fields(refused)) == (403, {"customer_id"})
    listed = json.loads(ask(world, OPERATOR, "GET", "/orders?customer_id=ada").body)["orders"]
    assert [order["order_id"] for order in listed] == [order_id]


def test_a_token_without_a_customer_cannot_list_orders(world: World) -> None:
    world.place()
    assert ask(world, WITHOUT_CLAIMS, "GET", "/orders").status == 400


@pytest.mark.parametrize("word", ["true", "", "no"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/orders", an_order()),
        ("GET", "/orders", None),
        ("GET", "/orders/{}", None),
        ("GET", "/orders/{}/history", None),
        ("POST", "/orders/{}/cancellation", None),
    ],
)
def test_if_tokens_are_required_a_request_without_verified_claims_is_refused(
    world: World, method: str, path: str, body: Any, word: str
) -> None:
    """A second safeguard if a route has no authorizer. Every value except `false` requires tokens."""
    order_id = world.place()
    api = world.stack.functions["OrderApi"]
    settings = {**api.environment, "VERIFIES_CALLERS": word}
    world.stack.functions["OrderApi"] = replace(api, environment=settings)
    assert problem(ask(world, None, method, path.format(order_id), body))["status"] == 401
    assert json.loads(ask(world, ADA, "GET", f"/orders/{order_id}").body)["status"] == "placed"
    assert len(world.items("OrderTable")) == 1


def test_if_no_token_is_required_every_caller_sees_all_orders(world: World) -> None:
    """The stage dev and the local run have this setting."""
    order_id = world.place()
    assert world.status(order_id) == "placed"
    assert world.cancel(order_id) == 202


@pytest.mark.parametrize("path", ["/orders/", "//orders", "/Orders", "/orders/{}/", "/carrier/webhooks"])
def test_the_default_route_has_no_authorizer_and_shows_no_order(world: World, path: str) -> None:
    order_id = world.place()
    api = world.stack.functions["OrderApi"]
    settings = {**api.environment, "VERIFIES_CALLERS": "true"}
    world.stack.functions["OrderApi"] = replace(api, environment=settings)
    assert ask(world, None, "GET", path.format(order_id)).status in (401, 404)
