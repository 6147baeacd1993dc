"""Every route needs a token, except the carrier's, who signs; in prod there is no exception."""

from pathlib import Path
from typing import Any

import pytest

from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import ROOT, environment
from infra.local.model.stack import Authorizer, Stack
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.template import load
from tests.infrastructure.test_template import FUNCTIONS, TEMPLATE, of_type
from tests.world import DISPATCH_SECRET, STRIPES_KEY

(API,) = of_type("AWS::ApiGatewayV2::Api").values()
OPERATIONS = {(method, path): op for path, ops in API["Body"]["paths"].items() for method, op in ops.items()}
SIGNED = ("post", "/carrier/webhooks")
OTHER_PATHS = ("x-amazon-apigateway-any-method", "$default")
"""Answered with 404 only: tests/integration/test_callers.py."""


FILMS = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      %s
  Films:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: films.handler
      CodeUri: .
      Events:
        List: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /films}}
"""
SIGNED_BY_AWS = FILMS % "Auth: {EnableIamAuthorizer: true, DefaultAuthorizer: AWS_IAM}"
GUARDED_AS_A_WHOLE = (
    FILMS % "DefinitionBody: {openapi: 3.0.1, paths: {/films: {get: {}}}, security: [{Jwt: []}]}"
)


REAL = {
    "PaymentGateway": "stripe",
    "StripeSecretArn": STRIPES_KEY,
    "Carrier": "http",
    "CarrierEndpoint": "http://127.0.0.1:9",
    "DispatchSecretArn": DISPATCH_SECRET,
}


def where_asked(value: Any) -> Any:
    """The value where tokens are asked for; where they are not, there is none."""
    condition, asked, not_asked = value["Fn::If"]
    assert (condition, not_asked) == ("AsksForTokens", {"Ref": "AWS::NoValue"})
    return asked


def provision(parameters: dict[str, str], template: Path = ROOT / "template.yaml") -> Stack:
    with patched_moto(), environment({}):
        return Provisioner(load(template, parameters), "tokens", "http://localhost").provision()


def test_every_route_except_the_carriers_asks_for_a_token() -> None:
    for route, operation in OPERATIONS.items():
        if route in (SIGNED, OTHER_PATHS):
            assert "security" not in operation
        else:
            assert where_asked(operation["security"]) == [{"Jwt": []}]


def test_every_route_has_a_function() -> None:
    assert all("x-amazon-apigateway-integration" in operation for operation in OPERATIONS.values())


def test_a_token_is_the_issuers_and_meant_for_this_api() -> None:
    scheme = where_asked(API["Body"]["components"])["securitySchemes"]["Jwt"]
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "jwt"
    assert authorizer["identitySource"] == "$request.header.Authorization"
    assert authorizer["jwtConfiguration"] == {
        "issuer": {"Ref": "JwtIssuer"},
        "audience": [{"Ref": "JwtAudience"}],
    }


def test_tokens_are_asked_for_where_there_is_an_issuer() -> None:
    issuer_is_empty = {"Fn::Equals": [{"Ref": "JwtIssuer"}, ""]}
    assert TEMPLATE.conditions["AsksForTokens"] == {"Fn::Not": [issuer_is_empty]}


@pytest.mark.parametrize(
    ("parameters", "missing"),
    [
        ({"Stage": "prod"}, "JwtIssuer"),
        ({"Stage": "prod", "JwtAudience": "orders"}, "JwtIssuer"),
        ({"Stage": "prod", "JwtIssuer": "https://login.example.com"}, "JwtAudience"),
        ({"JwtIssuer": "https://login.example.com"}, "JwtAudience"),
        ({"JwtAudience": "orders"}, "JwtIssuer"),
    ],
)
def test_a_stack_that_would_be_open_unintentionally_is_refused(
    parameters: dict[str, str], missing: str
) -> None:
    with pytest.raises(TemplateError, match=f"Give {missing}, too"):
        provision(parameters)


def test_the_function_refuses_unverified_requests_where_tokens_are_asked_for() -> None:
    """A second safeguard behind the authorizer."""
    variables = FUNCTIONS["OrderApi"]["Environment"]["Variables"]
    assert variables["VERIFIES_CALLERS"] == {"Fn::If": ["AsksForTokens", "true", "false"]}


def test_the_laptop_asks_for_tokens_on_the_same_routes() -> None:
    issuer = {"JwtIssuer": "https://login.example.com", "JwtAudience": "orders"}
    stack = provision(issuer | REAL | {"Stage": "prod"})
    asking = {(route.method.lower(), route.path): route.authorizer for route in stack.routes}
    assert asking.pop(SIGNED) is None
    assert asking.pop(("any", "$default")) is None
    assert asking.keys() == OPERATIONS.keys() - {SIGNED, OTHER_PATHS}
    assert set(asking.values()) == {Authorizer("https://login.example.com", ("orders",))}
    assert stack.functions["OrderApi"].environment["VERIFIES_CALLERS"] == "true"


def test_the_laptop_asks_for_none_without_an_issuer() -> None:
    stack = provision({})
    assert {route.authorizer for route in stack.routes} == {None}
    assert stack.functions["OrderApi"].environment["VERIFIES_CALLERS"] == "false"


@pytest.mark.parametrize("source", [SIGNED_BY_AWS, GUARDED_AS_A_WHOLE])
def test_an_api_with_another_kind_of_authorizer_stops_the_local_run(tmp_path: Path, source: str) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(source)
    with pytest.raises(TemplateError, match="only JWT authorizers"):
        provision({}, template)


@pytest.mark.parametrize("limit", ["Rate", "Burst"])
def test_the_apis_limits_are_below_those_of_the_account(limit: str) -> None:
    """The account's own limits are shared by all its APIs (API Gateway quotas: 10,000, and 5,000 at once)."""
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"][f"Throttling{limit}Limit"] == {"Ref": f"Api{limit}Limit"}
    assert 0 < int(str(TEMPLATE.parameters[f"Api{limit}Limit"])) < {"Rate": 10_000, "Burst": 5_000}[limit]
