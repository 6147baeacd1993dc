"""Nobody gets in without a token, but the carrier, who signs; and in prod there is no other way."""

from typing import Any

import pytest
from moto import mock_aws

from infra.local.in_process import ROOT, environment
from infra.local.provision import Provisioner
from infra.local.template import TemplateError, load
from tests.infrastructure.test_template import TEMPLATE, of_type

(API,) = of_type("AWS::ApiGatewayV2::Api").values()
OPERATIONS = {(method, path): op for path, ops in API["Body"]["paths"].items() for method, op in ops.items()}
SIGNED = ("post", "/carrier/webhooks")


def where_asked(value: Any) -> Any:
    """The value where tokens are asked for; where they are not, there is none."""
    condition, asked, not_asked = value["Fn::If"]
    assert (condition, not_asked) == ("AsksForTokens", {"Ref": "AWS::NoValue"})
    return asked


def provision(**parameters: str) -> None:
    with mock_aws(), environment({}):
        Provisioner(load(ROOT / "template.yaml", parameters), "tokens", "http://localhost").provision()


def test_every_route_asks_for_a_token_but_the_carriers() -> None:
    for route, operation in OPERATIONS.items():
        if route == SIGNED:
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
def test_a_stack_that_would_be_open_by_mistake_is_refused(parameters: dict[str, str], missing: str) -> None:
    with pytest.raises(TemplateError, match=f"Give {missing}, too"):
        provision(**parameters)


def test_the_laptop_does_not_pretend_to_verify_tokens() -> None:
    with pytest.raises(TemplateError, match="tokens cannot be verified locally"):
        provision(JwtIssuer="https://login.example.com", JwtAudience="orders")
