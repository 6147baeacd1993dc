"""Every route requires a token, except the carrier's webhook, which requires a signature.

Prod has an issuer.
"""

from pathlib import Path
from typing import Any

import pytest

from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from infra.local.model.stack import Authorizer, Stack
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.template import load
from infra.shared.root import ROOT
from tests.infrastructure.test_template import FUNCTIONS, TEMPLATE, of_type
from tests.world import DISPATCH_SECRET, STRIPES_KEY

(API,) = of_type("AWS::ApiGatewayV2::Api").values()
OPERATIONS = {(method, path): op for path, ops in API["Body"]["paths"].items() for method, op in ops.items()}
SIGNED = ("post", "/carrier/webhooks")
OTHER_PATHS = ("x-amazon-apigateway-any-method", "$default")
"""These routes only answer 404: tests/integration/test_callers.py."""


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
WITH_IAM_AUTHORIZER = FILMS % "Auth: {EnableIamAuthorizer: true, DefaultAuthorizer: AWS_IAM}"
WITH_SECURITY_OF_THE_WHOLE_API = (
    FILMS % "DefinitionBody: {openapi: 3.0.1, paths: {/films: {get: {}}}, security: [{Jwt: []}]}"
)


REAL = {
    "PaymentGateway": "stripe",
    "StripeSecretArn": STRIPES_KEY,
    "Carrier": "http",
    "CarrierEndpoint": "http://127.0.0.1:9",
    "DispatchSecretArn": DISPATCH_SECRET,
}


def with_an_issuer(value: Any) -> Any:
    """Return the value for a stack with an issuer. A stack without one must not have the value."""
    condition, with_issuer, without_issuer = value["Fn::If"]
    assert (condition, without_issuer) == ("AsksForTokens", {"Ref": "AWS::NoValue"})
    return with_issuer


def provision(parameters: dict[str, str], template: Path = ROOT / "template.yaml") -> Stack:
    with patched_moto(), environment({}):
        return Provisioner(load(template, parameters), "tokens", "http://localhost").provision()


def test_every_route_except_the_carriers_requires_a_token() -> None:
    for route, operation in OPERATIONS.items():
        if route in (SIGNED, OTHER_PATHS):
            assert "security" not in operation
        else:
            assert with_an_issuer(operation["security"]) == [{"Jwt": []}]


def test_every_route_has_a_function() -> None:
    assert all("x-amazon-apigateway-integration" in operation for operation in OPERATIONS.values())


def test_the_authorizer_checks_issuer_and_audience() -> None:
    scheme = with_an_issuer(API["Body"]["components"])["securitySchemes"]["Jwt"]
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "jwt"
    assert authorizer["identitySource"] == "$request.header.Authorization"
    assert authorizer["jwtConfiguration"] == {
        "issuer": {"Ref": "JwtIssuer"},
        "audience": [{"Ref": "JwtAudience"}],
    }


def test_tokens_are_required_if_the_stack_has_an_issuer() -> None:
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
def test_parameters_with_only_some_settings_of_the_issuer_are_refused(
    parameters: dict[str, str], missing: str
) -> None:
    with pytest.raises(TemplateError, match=f"Give {missing}, too"):
        provision(parameters)


def test_the_function_refuses_unverified_requests_if_tokens_are_required() -> None:
    """A second safeguard behind the authorizer."""
    variables = FUNCTIONS["OrderApi"]["Environment"]["Variables"]
    assert variables["VERIFIES_CALLERS"] == {"Fn::If": ["AsksForTokens", "true", "false"]}


def test_the_local_run_requires_tokens_on_the_same_routes() -> None:
    issuer = {"JwtIssuer": "https://login.example.com", "JwtAudience": "orders"}
    stack = provision(issuer | REAL | {"Stage": "prod"})
    authorizers = {(route.method.lower(), route.path): route.authorizer for route in stack.routes}
    assert authorizers.pop(SIGNED) is None
    assert authorizers.pop(("any", "$default")) is None
    assert authorizers.keys() == OPERATIONS.keys() - {SIGNED, OTHER_PATHS}
    assert set(authorizers.values()) == {Authorizer("https://login.example.com", ("orders",))}
    assert stack.functions["OrderApi"].environment["VERIFIES_CALLERS"] == "true"


def test_the_local_run_requires_no_token_without_an_issuer() -> None:
    stack = provision({})
    assert {route.authorizer for route in stack.routes} == {None}
    assert stack.functions["OrderApi"].environment["VERIFIES_CALLERS"] == "false"


@pytest.mark.parametrize("source", [WITH_IAM_AUTHORIZER, WITH_SECURITY_OF_THE_WHOLE_API])
def test_an_api_with_another_kind_of_authorizer_stops_the_local_run(tmp_path: Path, source: str) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(source)
    with pytest.raises(TemplateError, match="one JWT authorizer for each operation"):
        provision({}, template)


@pytest.mark.parametrize("limit", ["Rate", "Burst"])
def test_the_apis_limits_are_below_those_of_the_account(limit: str) -> None:
    """All APIs of an account share its limits (API Gateway quotas: 10,000 a second, burst of 5,000)."""
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"][f"Throttling{limit}Limit"] == {"Ref": f"Api{limit}Limit"}
    assert 0 < int(str(TEMPLATE.parameters[f"Api{limit}Limit"])) < {"Rate": 10_000, "Burst": 5_000}[limit]
