"""The HTTP API follows its OpenAPI document.

schemathesis generates valid and invalid requests from it, and checks status, headers, content type and body
of each answer.
"""

import copy
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis import Case, Response
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from infra.contracts.baseline import FOLDER
from infra.local.http.tokens import PREFIX
from infra.shared import carrier_messages
from infra.shared.operators import OPERATE
from tests.local.conftest import running

DOCUMENT = json.loads((FOLDER / "openapi.json").read_text())
GENERATION = {"generation": {"with-security-parameters": False}}
"""Every request has a token, even an invalid request."""
THOROUGH = schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config.from_dict(GENERATION))
"""Generates also the limits and listed values of each field: hundreds of requests."""
QUICK = schemathesis.openapi.from_dict(
    DOCUMENT, config=schemathesis.Config.from_dict(GENERATION | {"phases": {"coverage": {"enabled": False}}})
)
PLACE_ORDER = DOCUMENT["paths"]["/orders"]["post"]
LINKS = PLACE_ORDER["responses"]["202"]["links"]
EXAMPLES = settings(
    max_examples=10,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
REASONS_IN_WORDS = {
    "the total is over the limit of 99999999 minor units",
    "already used with another body",
    "not one that a page gave",
}
"""Reasons to refuse a request that meets the schema. The document describes them in words."""


@dataclass(frozen=True)
class Carrier(AuthBase):
    """Signs a request as the carrier does."""

    secret: str

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        assert isinstance(request.body, bytes)
        request.headers.update(carrier_messages.signed(self.secret, "any", request.body, int(time.time())))
        return request


@dataclass(frozen=True)
class Service:
    """A local run, and a carrier with the webhook's secret."""

    url: str
    carrier: Carrier
    token: str

    def answer(self, case: Case[Any]) -> Response:
        """Send a request and check the answer. A request that should be accepted is signed.

        One of the checks repeats the request without its token, which must be refused.
        """
        answer = case.call(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.token}"},
            auth=self.carrier if meant_for_shipping(case) else None,
        )
        # API Gateway answers 404 instead of 405 to a method without a route.
        excused = [unsupported_method] + [positive_data_acceptance] * refused_in_words(answer)
        excused += [negative_data_rejection] * has_an_unread_parameter(case)
        case.validate_response(answer, excluded_checks=excused)
        return answer


def meant_for_shipping(case: Case[Any]) -> bool:
    """Return whether the request is a valid webhook without a signature, which a schema cannot generate."""
    webhook = case.operation.label == "POST /carrier/webhooks"
    return webhook and case.meta is not None and case.meta.generation.mode.is_positive


def has_an_unread_parameter(case: Case[Any]) -> bool:
    """Return whether the query has an undocumented parameter, which the API ignores."""
    documented = {parameter.name for parameter in case.operation.query}
    return bool(set(case.query or ()) - documented)


def refused_in_words(answer: Response) -> bool:
    if answer.status_code not in (400, 422):
        return False
    reasons = {error["detail"] for error in answer.json().get("errors", ())}
    return bool(reasons) and reasons <= REASONS_IN_WORDS


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--tokens") as run:
        secrets = boto3.client(
            "secretsmanager",
            endpoint_url=run.url,
            region_name="eu-west-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )
        (listed,) = secrets.list_secrets()["SecretList"]
        secret = secrets.get_secret_value(SecretId=listed["ARN"])["SecretString"]
        wanted = urllib.parse.urlencode({"sub": "olga", "scope": OPERATE}).encode()
        with urllib.request.urlopen(f"{run.url}{PREFIX}/token", wanted) as answer:
            token = json.load(answer)["access_token"]
        yield Service(run.url, Carrier(secret), token)


@QUICK.parametrize()
@EXAMPLES
def test_every_answer_is_as_documented(case: Case[Any], service: Service) -> None:
    assert service.answer(case).status_code < 500


@pytest.mark.proof
@THOROUGH.parametrize()
@settings(EXAMPLES, max_examples=50)
def test_every_answer_is_as_documented_at_the_limits_of_each_field(case: Case[Any], service: Service) -> None:
    assert service.answer(case).status_code < 500


@pytest.mark.parametrize("link", LINKS)
def test_a_placed_order_can_be_read_and_cancelled(link: str, service: Service) -> None:
    """Follow the document's links from the answer of placeOrder to the other operations."""
    order = PLACE_ORDER["requestBody"]["content"]["application/json"]["example"]
    placed = service.answer(QUICK["/orders"]["POST"].Case(body=order))
    assert LINKS[link]["parameters"] == {"order_id": "$response.body#/order_id"}
    order_id = placed.json()["order_id"]
    following = QUICK.find_operation_by_id(LINKS[link]["operationId"])
    answer = service.answer(following.Case(path_parameters={"order_id": order_id}))
    # The API answers 409 if the parcel was dispatched before the cancellation.
    assert answer.status_code in (200, 202, 409)


def test_an_undocumented_status_is_found(service: Service) -> None:
    document = copy.deepcopy(DOCUMENT)
    del document["paths"]["/orders/{order_id}"]["get"]["responses"]["404"]
    operation = schemathesis.openapi.from_dict(document)["/orders/{order_id}"]["GET"]
    with pytest.raises(FailureGroup, match="404"):
        service.answer(operation.Case(path_parameters={"order_id": "none"}))
