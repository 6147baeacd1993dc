"""Problem documents follow RFC 9457 and never quote the request."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from pydantic import ValidationError

from choreography.problems import Problem, invalid, phrase
from order.requests import PlaceOrder
from tests.world import an_order


def document(problem: Problem) -> Any:
    body = problem.response("/orders").body
    assert isinstance(body, str)
    return json.loads(body)


def refusal(body: str) -> Problem:
    with pytest.raises(ValidationError) as refused:
        PlaceOrder.model_validate_json(body)
    return invalid(refused.value, "no order")


def test_a_problem_has_the_members_of_the_standard() -> None:
    assert document(Problem(HTTPStatus.CONFLICT, "the order is shipped")) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "the order is shipped",
        "instance": "/orders",
    }


def test_a_problem_has_its_content_type_and_its_headers() -> None:
    problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "later", headers={"Retry-After": "1"})
    response = problem.response("/orders")
    assert response.headers == {"Retry-After": "1", "Content-Type": "application/problem+json"}
    assert response.status_code == 503


def test_each_invalid_field_is_an_entry() -> None:
    problem = Problem(HTTPStatus.BAD_REQUEST, "no", [("limit", "too much"), ("cursor", "unknown")])
    assert document(problem)["errors"] == [
        {"field": "limit", "detail": "too much"},
        {"field": "cursor", "detail": "unknown"},
    ]


@pytest.mark.parametrize(("body", "status"), [("{", 400), ("[]", 422), ("{}", 422)])
def test_a_body_that_is_not_json_gets_400_and_json_that_is_not_an_order_gets_422(
    body: str, status: int
) -> None:
    assert refusal(body).status == status


def test_an_error_never_quotes_the_request() -> None:
    body = json.dumps(an_order(payment_method=["secret-token"], customer_id=12345))
    text = json.dumps(document(refusal(body)))
    assert "payment_method" in text
    assert "secret-token" not in text
    assert "12345" not in text


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (HTTPStatus.NOT_FOUND, "Not Found"),
        (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Content Too Large"),
        (HTTPStatus.UNPROCESSABLE_ENTITY, "Unprocessable Content"),
    ],
)
def test_a_status_has_the_same_name_in_every_version_of_python(status: HTTPStatus, name: str) -> None:
    assert phrase(status) == name
