"""CloudFormation rules reject invalid combinations of parameters before a deployment."""

import re

import pytest

from infra.local.provisioning.errors import TemplateError
from infra.shared.root import ROOT
from tests.infrastructure.test_tokens import REAL, provision

PROD = REAL | {"Stage": "prod", "JwtIssuer": "https://login.example.com", "JwtAudience": "orders"}


@pytest.mark.parametrize(
    ("parameters", "missing"),
    [
        (PROD | {"PaymentGateway": "sandbox"}, "PaymentGateway=stripe"),
        (PROD | {"Carrier": "sandbox"}, "Carrier=http"),
        ({"PaymentGateway": "stripe"}, "StripeSecretArn"),
        (REAL | {"CarrierEndpoint": ""}, "CarrierEndpoint"),
        (REAL | {"DispatchSecretArn": ""}, "DispatchSecretArn"),
    ],
)
def test_parameters_with_which_a_stack_cannot_charge_or_ship_are_refused(
    parameters: dict[str, str], missing: str
) -> None:
    """Prod with the sandbox carrier would charge customers and ship no parcel."""
    with pytest.raises(TemplateError, match=f"Give {missing}, too"):
        provision(parameters)


@pytest.mark.parametrize("parameters", [{}, REAL, PROD], ids=["sandbox", "real", "prod"])
def test_complete_parameters_are_accepted(parameters: dict[str, str]) -> None:
    assert "ShippingConsumer" in provision(parameters).functions


@pytest.mark.parametrize(
    ("endpoint", "accepted"),
    [
        ("", True),
        ("https://carrier.example.com", True),
        ("https://carrier.example.com:8443/v1", True),
        ("http://127.0.0.1:9000/v1", True),
        ("http://localhost", True),
        ("http://carrier.example.com", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost@carrier.example.com", False),
        ("https://", False),
        ("https://carrier.example.com/v1?key=1", False),
        ("https://carrier example.com", False),
        ("ftp://carrier.example.com", False),
    ],
)
def test_the_endpoint_of_the_carrier_must_be_https_or_local(endpoint: str, accepted: bool) -> None:
    _, _, parameter = (ROOT / "template.yaml").read_text().partition("CarrierEndpoint:")
    (pattern, *_) = re.findall(r"AllowedPattern: '(.*)'", parameter)
    assert bool(re.fullmatch(pattern, endpoint)) is accepted
