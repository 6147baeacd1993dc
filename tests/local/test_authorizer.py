"""A local run with a JWT authorizer: which tokens it rejects, and what a customer and an operator may do."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infra.local.http.tokens import Denied
from infra.local.http.tokens.authorizer import JwtAuthorizer
from infra.local.http.tokens.issuer import AUDIENCE, Issuer
from infra.local.model.messages import Request
from infra.local.model.stack import Authorizer, Route
from infra.shared.operators import OPERATE
from tests.local.conftest import Run, running
from tests.local.test_run import ORDER

HOUR = 3600
UNAUTHORIZED = {"message": "Unauthorized"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """An identity provider with its own address. The tests have its private key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            response = provider.handle(Request("GET", self.path))
            self.send_response(response.status)
            self.end_headers()
            self.wfile.write(response.body)

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = Issuer(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()


@pytest.fixture(scope="module")
def run(issuer: Issuer) -> Iterator[Run]:
    """A run that accepts tokens of the provider. Payment is stopped, so that orders can be cancelled."""
    options = [f"--parameter={name}={value}" for name, value in issuer.parameters.items()]
    with running(*options) as started:
        started.call("PATCH", "/_choreo/api/services/payment", {"running": False})
        yield started


@dataclass(frozen=True)
class Response:
    """A response of any status."""

    status: int
    challenge: str
    body: Any


def send(run: Run, token: str | None, method: str, path: str, body: Any = None) -> Response:
    headers = {"content-type": "application/json"} | ({"authorization": token} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(run.url + path, data, headers, method=method)
    try:
        response = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return Response(response.status, response.headers.get("www-authenticate", ""), json.load(response))


def claims(issuer: Issuer, without: str = "", **changes: Any) -> dict[str, Any]:
    """The claims of a valid token of Ada, with these changes, without the claim `without`."""
    now = int(time.time())
    good = {"iss": issuer.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + HOUR}
    return {name: value for name, value in (good | changes).items() if name != without}


def in_seconds(seconds: int) -> int:
    return int(time.time()) + seconds


def encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def signed_with_another_key(issuer: Issuer) -> str:
    key = rsa.generate_private_key(65537, 2048)
    return jwt.encode(claims(issuer), key, "RS256", {"kid": issuer.public_key()["kid"]})


def not_signed(issuer: Issuer) -> str:
    return jwt.encode(claims(issuer), "", "none", {"kid": issuer.public_key()["kid"]})


def signed_with_the_public_key_as_a_secret(issuer: Issuer) -> str:
    """Built by hand, because PyJWT refuses to do it."""
    jwk = issuer.public_key()
    key: Any = jwt.PyJWK(jwk).key
    secret = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": jwk["kid"]}
    signing_input = ".".join(encode(json.dumps(each).encode()) for each in (header, claims(issuer)))
    return f"{signing_input}.{encode(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}"


def with_changed_claims(issuer: Issuer) -> str:
    header, _, signature = issuer.token("ada").split(".")
    return f"{header}.{encode(json.dumps(claims(issuer, sub='bob')).encode())}.{signature}"


INVALID: dict[str, tuple[Callable[[Issuer], str], str]] = {
    "expired": (lambda i: i.sign(claims(i, exp=in_seconds(-1))), "expired"),
    "without an expiry": (lambda i: i.sign(claims(i, without="exp")), "exp"),
    "exp as text": (lambda i: i.sign(claims(i, exp=str(in_seconds(HOUR)))), "exp is not a number"),
    "nbf as text": (lambda i: i.sign(claims(i, nbf=str(in_seconds(-1)))), "nbf is not a number"),
    "iat as text": (lambda i: i.sign(claims(i, iat=str(in_seconds(-1)))), "iat is not a number"),
    "not yet valid": (lambda i: i.sign(claims(i, nbf=in_seconds(HOUR))), "nbf"),
    "issued in the future": (lambda i: i.sign(claims(i, iat=in_seconds(HOUR))), "iat"),
    "another audience": (lambda i: i.sign(claims(i, aud="films")), "Audience"),
    "another audience, with this client_id": (
        lambda i: i.sign(claims(i, aud="films", client_id=AUDIENCE)),
        "Audience",
    ),
    "no audience": (lambda i: i.sign(claims(i, without="aud")), "Audience"),
    "another issuer": (lambda i: i.sign(claims(i, iss="https://login.example.com")), "issuer"),
    "no issuer": (lambda i: i.sign(claims(i, without="iss")), "iss"),
    "another key": (signed_with_another_key, "Signature verification failed"),
    "a key of another issuer": (lambda i: Issuer(i.url).sign(claims(i)), "signing key"),
    "changed claims": (with_changed_claims, "Signature verification failed"),
    "alg none": (not_signed, "alg value is not allowed"),
    "alg HS256": (signed_with_the_public_key_as_a_secret, "alg value is not allowed"),
    "not a token": (lambda i: "let me in", "segments"),
}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_token_is_rejected_with_the_reason(run: Run, issuer: Issuer, name: str) -> None:
    make, reason = INVALID[name]
    response = send(run, f"Bearer {make(issuer)}", "GET", "/orders")
    assert (response.status, response.body) == (401, UNAUTHORIZED)
    assert reason in response.challenge


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/orders"),
        ("GET", "/orders"),
        ("GET", "/orders/1"),
        ("GET", "/orders/1/history"),
        ("POST", "/orders/1/cancellation"),
    ],
)
def test_a_request_without_a_token_is_rejected(run: Run, method: str, path: str) -> None:
    response = send(run, None, method, path)
    assert (response.status, response.challenge, response.body) == (401, "Bearer", UNAUTHORIZED)


def test_the_carriers_webhook_needs_a_signature_and_no_token(run: Run) -> None:
    response = send(run, None, "POST", "/carrier/webhooks", {})
    assert (response.status, response.body["detail"]) == (401, "Missing required headers")


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", ""])
def test_a_valid_token_is_accepted(run: Run, issuer: Issuer, scheme: str) -> None:
    assert send(run, scheme + issuer.token("ada"), "GET", "/orders").status == 200


@pytest.mark.parametrize(
    "changes",
    [{"aud": ["films", AUDIENCE]}, {"without": "aud", "client_id": AUDIENCE}, {"nbf": in_seconds(-1)}],
)
def test_a_token_may_have_several_audiences_or_a_client_id(
    run: Run, issuer: Issuer, changes: dict[str, Any]
) -> None:
    assert send(run, issuer.sign(claims(issuer, **changes)), "GET", "/orders").status == 200


@pytest.fixture
def order_id(run: Run, issuer: Issuer) -> str:
    """An order that Ada placed."""
    placed = send(run, issuer.token("ada"), "POST", "/orders", ORDER)
    assert placed.status == 202
    return str(placed.body["order_id"])


@pytest.mark.parametrize(
    ("method", "action", "status"),
    [("GET", "", 200), ("GET", "/history", 200), ("POST", "/cancellation", 202)],
)
@pytest.mark.parametrize(("sub", "scope"), [("ada", ""), ("olga", OPERATE)])
def test_the_customer_and_the_operator_can_read_and_cancel_an_order(
    run: Run, issuer: Issuer, order_id: str, sub: str, scope: str, method: str, action: str, status: int
) -> None:
    response = send(run, issuer.token(sub, scope), method, f"/orders/{order_id}{action}")
    assert (response.status, response.body["order_id"]) == (status, order_id)


@pytest.mark.parametrize(("method", "action"), [("GET", ""), ("GET", "/history"), ("POST", "/cancellation")])
def test_the_order_of_another_customer_is_not_found(
    run: Run, issuer: Issuer, order_id: str, method: str, action: str
) -> None:
    response = send(run, issuer.token("bob"), method, f"/orders/{order_id}{action}")
    assert response.status == 404
    assert send(run, issuer.token("ada"), "GET", f"/orders/{order_id}").body["status"] == "placed"


def test_a_customer_cannot_place_or_list_orders_of_another(run: Run, issuer: Issuer) -> None:
    assert send(run, issuer.token("bob"), "POST", "/orders", ORDER).status == 403
    assert send(run, issuer.token("bob"), "GET", "/orders?customer_id=ada").status == 403
    assert send(run, issuer.token("bob"), "GET", "/orders").body == {"orders": []}


def authorize(issuer: Issuer, token: str, *scopes: str) -> Any:
    """The JWT context of a request to a route with these scopes."""
    authorizer = Authorizer(issuer.url, (AUDIENCE,))
    route = Route("GET", "/orders", "Order", authorizer, scopes)
    request = Request("GET", "/orders", headers=[("authorization", f"Bearer {token}")])
    return asyncio.run(JwtAuthorizer().check(route, authorizer, request))["jwt"]


def test_the_event_has_the_claims_as_text(issuer: Issuer) -> None:
    given = claims(issuer, exp=4_000_000_000, groups=["a", "b"], staff=True, address={"a": 1}, gone=None)
    response = authorize(issuer, issuer.sign(given))
    assert response["scopes"] is None
    assert response["claims"] | {"iat": ""} == {
        "iss": issuer.url,
        "aud": AUDIENCE,
        "sub": "ada",
        "iat": "",
        "exp": "4000000000",
        "groups": "[a b]",
        "staff": "true",
        "address": '{"a": 1}',
    }


@pytest.mark.parametrize(
    "granted",
    [
        {"scope": "openid orders:read"},
        {"scope": ["openid", "orders:read"]},
        {"scp": "openid orders:read"},
        {"scp": ["openid", "orders:read"]},
        {"scope": "", "scp": ["orders:read"]},
    ],
)
def test_a_token_needs_one_of_the_scopes_of_a_route(issuer: Issuer, granted: dict[str, Any]) -> None:
    token = issuer.sign(claims(issuer, **granted))
    assert authorize(issuer, token, "orders:read", "orders:write")["scopes"] == ["orders:read"]
    with pytest.raises(Denied) as denied:
        authorize(issuer, token, "orders:write")
    assert (denied.value.response.status, denied.value.response.body) == (403, b'{"message": "Forbidden"}')


def test_a_rotated_key_is_fetched_again(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    jwt_authorizer, authorizer = JwtAuthorizer(), Authorizer(issuer.url, (AUDIENCE,))

    def check(token: str) -> Any:
        request = Request("GET", "/orders", headers=[("authorization", f"Bearer {token}")])
        return asyncio.run(
            jwt_authorizer.check(Route("GET", "/orders", "Order", authorizer, ()), authorizer, request)
        )

    assert check(issuer.token("ada"))
    rotated = Issuer(issuer.url)
    monkeypatch.setattr(issuer, "public_key", rotated.public_key)
    assert check(rotated.sign(claims(rotated, iss=issuer.url)))


def test_without_the_issuers_keys_every_token_is_rejected(issuer: Issuer) -> None:
    unreachable = Issuer("http://127.0.0.1:9")
    with pytest.raises(Denied) as denied:
        authorize(unreachable, unreachable.token("ada"))
    assert denied.value.response.status == 401


def test_a_token_cannot_inject_a_header_into_the_challenge(issuer: Issuer) -> None:
    token = jwt.encode(claims(issuer), "x" * 32, "HS256", {"kid": 'a"\r\nset-cookie: b'})
    with pytest.raises(Denied) as denied:
        authorize(issuer, token)
    challenge = dict(denied.value.response.headers)["www-authenticate"]
    assert "\r" not in challenge
    assert challenge.count('"') == 4
