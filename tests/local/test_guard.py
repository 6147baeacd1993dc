"""A page of another site cannot reach the run, neither by DNS rebinding nor by requests to localhost."""

import http.client
from urllib.parse import urlsplit

import pytest

from infra.local.http.guard import Guard, cross_site_reason
from infra.local.model.messages import Request
from tests.local.conftest import Run

AWS = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0"


def misdirected(host: str | None, guard: Guard | None = None) -> bool:
    headers = [] if host is None else [("host", host)]
    response = (guard or Guard()).misdirected(Request("GET", "/", headers=headers))
    assert response is None or response.status == 421
    return response is not None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:3000",
        "LOCALHOST:3000",
        "films.localhost:3000",
        "127.0.0.1:3000",
        "127.1.2.3",
        "[::1]:3000",
        "host.docker.internal:3000",
        "host.containers.internal:3000",
    ],
)
def test_a_name_of_this_machine_is_accepted(host: str) -> None:
    assert not misdirected(host)


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "films.example",
        "films.example:3000",
        "localhost.films.example",
        "127.0.0.1.films.example",
        "notlocalhost",
        "192.0.2.1:3000",
        "[2001:db8::1]:3000",
        "[::1",
        "localhost@films.example",
    ],
)
def test_any_other_name_is_rejected(host: str | None) -> None:
    assert misdirected(host)


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("0.0.0.0", "192.0.2.1:3000"),
        ("::", "[2001:db8::1]:3000"),
        ("192.0.2.1", "192.0.2.1:3000"),
        ("laptop.lan", "laptop.lan:3000"),
    ],
)
def test_the_value_of_host_is_accepted(given: str, host: str) -> None:
    assert not misdirected(host, Guard(given))
    assert misdirected("films.example", Guard(given))


def test_an_allowed_name_is_accepted() -> None:
    assert not misdirected("tunnel.example", Guard("127.0.0.1", ["tunnel.example"]))


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),
        ({"origin": "http://localhost:3000"}, False),
        ({"origin": "http://localhost:3000", "sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "https://films.example"}, True),
        ({"origin": "http://localhost:5173", "sec-fetch-site": "same-site"}, True),
        ({"origin": "null"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
    ],
)
def test_a_request_of_another_sites_page_is_cross_site(headers: dict[str, str], refused: bool) -> None:
    given = [("host", "localhost:3000"), *headers.items()]
    assert bool(cross_site_reason(Request("POST", "/", headers=given))) == refused


def status(run: Run, method: str, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(run.url).netloc)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, b"null" if method == "POST" else None, named)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/orders", {}),
        ("/_choreo", {}),
        ("/_choreo/api/state", {}),
        ("/_local/services/payment", {}),
        ("/", {"authorization": AWS}),
    ],
    ids=["HTTP API", "page", "page's API", "control", "AWS"],
)
def test_another_name_is_rejected_at_every_path(run: Run, path: str, headers: dict[str, str]) -> None:
    assert status(run, "GET", path, host="films.example:3000", **headers) == 421


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_local/runtime/order-choreography-PaymentConsumer/invocation/next"),
        ("POST", "/_local/runtime/any/invocation/any/response"),
        ("DELETE", "/_local/stacks/order-choreography"),
        ("GET", "/_choreo/api/state"),
        ("PATCH", "/_choreo/api/services/payment"),
    ],
)
def test_the_control_api_and_the_page_reject_requests_of_another_site(
    run: Run, method: str, path: str
) -> None:
    assert status(run, method, path, sec_fetch_site="cross-site") == 403
    assert status(run, method, path, origin="https://films.example") == 403


def test_a_link_on_another_site_may_open_the_page(run: Run) -> None:
    assert status(run, "GET", "/_choreo", sec_fetch_site="cross-site") == 200
