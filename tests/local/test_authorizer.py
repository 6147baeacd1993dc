"""A local run that asks for tokens: who is refused, and why; and what those who pass may see and cancel."""

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

from infra.local.http.tokens import OPERATE, Denied
from infra.local.http.tokens.authorizer import JwtAuthorizer
from infra.local.http.tokens.issuer import AUDIENCE, Issuer
from infra.local.model.messages import Request
from infra.local.model.stack import Authorizer, Route
from tests.local.conftest import Run, running
from tests.local.test_run import ORDER

HOUR = 3600
UNAUTHORIZED = {"message": "Unauthorized"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """Any identity provider: it has an address of its own, and the tests have its key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = found.handle(Request("GET", self.path))
            self.send_response(answer.status)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Issuer(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


@pytest.fixture(scope="module")
def run(issuer: Issuer) -> Iterator[Run]:
    """A run that takes that provider's tokens; Payment is stopped, so that an order can be cancelled."""
    given = [f"--parameter={name}={value}" for name, value in issuer.parameters.items()]
    with running(*given) as started:
        started.call("PATCH", "/_choreo/api/services/payment", {"running": False})
        yield started


@dataclass(frozen=True)
class Told:
    """An answer, whatever its status."""

    status: int
    challenge: str
    body: Any


def ask(run: Run, token: str | None, method: str, path: str, body: Any = None) -> Told:
    headers = {"content-type": "application/json"} | ({"authorization": token} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(run.url + path, data, headers, method=method)
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        return Told(answer.status, answer.headers.get("www-authenticate", ""), json.load(answer))


def claims(issuer: Issuer, without: str = "", **changes: Any) -> dict[str, Any]:
    """Good ones of Ada's, but for `changes` and what they are `without`."""
    now = int(time.time())
    good = {"iss": issuer.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + HOUR}
    return {name: value for name, value in (good | changes).items() if name != without}


def in_seconds(seconds: int) -> int:
    return int(time.time()) + seconds


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def signed_with_another_key(issuer: Issuer) -> str:
    key = rsa.generate_private_key(65537, 2048)
    return jwt.encode(claims(issuer), key, "RS256", {"kid": issuer.public_key()["kid"]})


def not_signed(issuer: Issuer) -> str:
    return jwt.encode(claims(issuer), "", "none", {"kid": issuer.public_key()["kid"]})


def signed_with_the_public_key_as_a_secret(issuer: Issuer) -> str:
    """By hand, since the library would not do such a thing."""
    jwk = issuer.public_key()
    key: Any = jwt.PyJWK(jwk).key
    secret = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": jwk["kid"]}
    said = ".".join(part(json.dumps(each).encode()) for each in (header, claims(issuer)))
    return f"{said}.{part(hmac.digest(secret, said.encode(), hashlib.sha256))}"


def changed_on_the_way(issuer: Issuer) -> str:
    header, _, signature = issuer.token("ada").split(".")
    return f"{header}.{part(json.dumps(claims(issuer, sub='bob')).encode())}.{signature}"


REFUSED: dict[str, tuple[Callable[[Issuer], str], str]] = {
    "expired": (lambda i: i.sign(claims(i, exp=in_seconds(-1))), "expired"),
    "without an expiry": (lambda i: i.sign(claims(i, without="exp")), "exp"),
    "good until a text": (lambda i: i.sign(claims(i, exp=str(in_seconds(HOUR)))), "exp is not a number"),
    "good from a text": (lambda i: i.sign(claims(i, nbf=str(in_seconds(-1)))), "nbf is not a number"),
    "made at a text": (lambda i: i.sign(claims(i, iat=str(in_seconds(-1)))), "iat is not a number"),
    "not yet good": (lambda i: i.sign(claims(i, nbf=in_seconds(HOUR))), "nbf"),
    "made in the future": (lambda i: i.sign(claims(i, iat=in_seconds(HOUR))), "iat"),
    "another audience": (lambda i: i.sign(claims(i, aud="films")), "Audience"),
    "another audience, and this client": (
        lambda i: i.sign(claims(i, aud="films", client_id=AUDIENCE)),
        "Audience",
    ),
    "no audience": (lambda i: i.sign(claims(i, without="aud")), "Audience"),
    "another issuer": (lambda i: i.sign(claims(i, iss="https://login.example.com")), "issuer"),
    "no issuer": (lambda i: i.sign(claims(i, without="iss")), "iss"),
    "another key": (signed_with_another_key, "Signature verification failed"),
    "a key of another issuer": (lambda i: Issuer(i.url).sign(claims(i)), "signing key"),
    "changed on the way": (changed_on_the_way, "Signature verification failed"),
    "alg none": (not_signed, "alg value is not allowed"),
    "alg HS256": (signed_with_the_public_key_as_a_secret, "alg value is not allowed"),
    "no token at all": (lambda i: "let me in", "segments"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_token_that_is_not_good_is_refused_and_told_why(run: Run, issuer: Issuer, name: str) -> None:
    make, reason = REFUSED[name]
    told = ask(run, f"Bearer {make(issuer)}", "GET", "/orders")
    assert (told.status, told.body) == (401, UNAUTHORIZED)
    assert reason in told.challenge


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
def test_a_request_without_a_token_is_refused(run: Run, method: str, path: str) -> None:
    told = ask(run, None, method, path)
    assert (told.status, told.challenge, told.body) == (401, "Bearer", UNAUTHORIZED)


def test_the_carrier_needs_none_and_is_asked_for_its_signature(run: Run) -> None:
    told = ask(run, None, "POST", "/carrier/webhooks", {})
    assert (told.status, told.body["detail"]) == (401, "Missing required headers")


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", ""])
def test_a_good_token_passes(run: Run, issuer: Issuer, scheme: str) -> None:
    assert ask(run, scheme + issuer.token("ada"), "GET", "/orders").status == 200


@pytest.mark.parametrize(
    "changes",
    [{"aud": ["films", AUDIENCE]}, {"without": "aud", "client_id": AUDIENCE}, {"nbf": in_seconds(-1)}],
)
def test_a_token_may_be_for_others_too_or_name_the_client_instead(
    run: Run, issuer: Issuer, changes: dict[str, Any]
) -> None:
    assert ask(run, issuer.sign(claims(issuer, **changes)), "GET", "/orders").status == 200


@pytest.fixture
def order_id(run: Run, issuer: Issuer) -> str:
    """An order that Ada placed."""
    placed = ask(run, issuer.token("ada"), "POST", "/orders", ORDER)
    assert placed.status == 202
    return str(placed.body["order_id"])


@pytest.mark.parametrize(
    ("method", "action", "status"),
    [("GET", "", 200), ("GET", "/history", 200), ("POST", "/cancellation", 202)],
)
@pytest.mark.parametrize(("sub", "scope"), [("ada", ""), ("olga", OPERATE)])
def test_an_order_is_its_customers_and_the_operators(
    run: Run, issuer: Issuer, order_id: str, sub: str, scope: str, method: str, action: str, status: int
) -> None:
    told = ask(run, issuer.token(sub, scope), method, f"/orders/{order_id}{action}")
    assert (told.status, told.body["order_id"]) == (status, order_id)


@pytest.mark.parametrize(("method", "action"), [("GET", ""), ("GET", "/history"), ("POST", "/cancellation")])
def test_another_customers_order_is_not_there(
    run: Run, issuer: Issuer, order_id: str, method: str, action: str
) -> None:
    told = ask(run, issuer.token("bob"), method, f"/orders/{order_id}{action}")
    assert told.status == 404
    assert ask(run, issuer.token("ada"), "GET", f"/orders/{order_id}").body["status"] == "placed"


def test_a_customer_cannot_order_or_list_in_anothers_name(run: Run, issuer: Issuer) -> None:
    assert ask(run, issuer.token("bob"), "POST", "/orders", ORDER).status == 403
    assert ask(run, issuer.token("bob"), "GET", "/orders?customer_id=ada").status == 403
    assert ask(run, issuer.token("bob"), "GET", "/orders").body == {"orders": []}


def passes(issuer: Issuer, token: str, *scopes: str) -> Any:
    """What a function that needs one of these scopes is told of the caller."""
    authorizer = Authorizer(issuer.url, (AUDIENCE,))
    route = Route("GET", "/orders", "Order", authorizer, scopes)
    request = Request("GET", "/orders", headers=[("authorization", f"Bearer {token}")])
    return asyncio.run(JwtAuthorizer().check(route, authorizer, request))["jwt"]


def test_a_function_is_told_the_claims_as_text(issuer: Issuer) -> None:
    given = claims(issuer, exp=4_000_000_000, groups=["a", "b"], staff=True, address={"a": 1}, gone=None)
    told = passes(issuer, issuer.sign(given))
    assert told["scopes"] is None
    assert told["claims"] | {"iat": ""} == {
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
def test_a_route_may_ask_for_one_of_some_scopes(issuer: Issuer, granted: dict[str, Any]) -> None:
    token = issuer.sign(claims(issuer, **granted))
    assert passes(issuer, token, "orders:read", "orders:write")["scopes"] == ["orders:read"]
    with pytest.raises(Denied) as denied:
        passes(issuer, token, "orders:write")
    assert (denied.value.response.status, denied.value.response.body) == (403, b'{"message": "Forbidden"}')


def test_a_key_that_was_rotated_is_fetched_again(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, authorizer = JwtAuthorizer(), Authorizer(issuer.url, (AUDIENCE,))

    def check(token: str) -> Any:
        request = Request("GET", "/orders", headers=[("authorization", f"Bearer {token}")])
        return asyncio.run(gate.check(Route("GET", "/orders", "Order", authorizer, ()), authorizer, request))

    assert check(issuer.token("ada"))
    rotated = Issuer(issuer.url)
    monkeypatch.setattr(issuer, "public_key", rotated.public_key)
    assert check(rotated.sign(claims(rotated, iss=issuer.url)))


def test_if_the_issuers_keys_cannot_be_fetched_every_request_is_refused(issuer: Issuer) -> None:
    gone = Issuer("http://127.0.0.1:9")
    with pytest.raises(Denied) as denied:
        passes(gone, gone.token("ada"))
    assert denied.value.response.status == 401


def test_a_challenge_cannot_be_made_to_carry_a_header(issuer: Issuer) -> None:
    token = jwt.encode(claims(issuer), "x" * 32, "HS256", {"kid": 'a"\r\nset-cookie: b'})
    with pytest.raises(Denied) as denied:
        passes(issuer, token)
    challenge = dict(denied.value.response.headers)["www-authenticate"]
    assert "\r" not in challenge
    assert challenge.count('"') == 4
