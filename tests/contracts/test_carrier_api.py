"""Shipping's requests, and the answers that it understands, match the carrier's OpenAPI document."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.contracts.baseline import FOLDER
from infra.contracts.schemas import DIALECT, resolved
from infra.shared import carrier_messages
from shipping.http_carrier import connect, failure
from tests.integration.test_carriers import DISPATCH, LATE, TO_UNSERVED_COUNTRY
from tests.specified_carrier import SECRET, SpecifiedCarrier

DOCUMENT = json.loads((FOLDER / "carrier.openapi.json").read_text())
COMPONENTS = {name: made for kind in DOCUMENT["components"].values() for name, made in kind.items()}
REFUSED = replace(TO_UNSERVED_COUNTRY, order_id="order-2")
DISPATCHES, DISPATCH_OF = "/dispatches", "/dispatches/{reference}"


def operation(method: str, path: str) -> Any:
    return resolved(DOCUMENT["paths"][path][method.lower()], COMPONENTS)


def assert_meets(content: Any, document: Any) -> None:
    schema = content["application/json"]["schema"] | {"$schema": DIALECT}
    wrong = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(document)
    assert [error.message for error in wrong] == []


@pytest.fixture
def server() -> Iterator[SpecifiedCarrier]:
    """A carrier that has accepted a parcel, rejected one, and received a repeated request."""
    with SpecifiedCarrier().open() as carrier:
        for dispatch in (DISPATCH, DISPATCH, REFUSED, LATE):
            connect(carrier.endpoint, SECRET).dispatch(dispatch)
        yield carrier


def test_the_document_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_every_request_and_answer_is_as_documented(server: SpecifiedCarrier) -> None:
    assert len(server.requests) == len(server.answers) == 5
    for (method, path, headers, body), (status, answer) in zip(server.requests, server.answers, strict=True):
        documented = operation(method, DISPATCHES if path.endswith(DISPATCHES) else DISPATCH_OF)
        needed = {p["name"].lower() for p in documented["parameters"] if p["in"] == "header"}
        assert needed <= headers.keys()
        if body:
            assert_meets(documented["requestBody"]["content"], json.loads(body))
        content = documented["responses"][str(status)].get("content")
        if content:
            assert_meets(content, answer)


def test_the_example_meets_its_schema() -> None:
    content = operation("post", DISPATCHES)["requestBody"]["content"]
    assert_meets(content, content["application/json"]["example"])


def test_a_message_of_the_carrier_meets_the_schema_of_the_webhook() -> None:
    webhook = resolved(DOCUMENT["webhooks"]["parcelDelivered"]["post"], COMPONENTS)
    message = carrier_messages.message("order-1", "1", datetime(2026, 1, 2, tzinfo=UTC))
    assert_meets(webhook["requestBody"]["content"], json.loads(message))


@pytest.mark.parametrize("status", ["401", "409", "429", "503"])
def test_after_a_documented_error_status_the_dispatch_is_repeated(status: str) -> None:
    assert status in operation("post", DISPATCHES)["responses"]
    assert type(failure(int(status))).__name__ in ("NotAdmitted", "Unanswered")
