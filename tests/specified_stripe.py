"""A Stripe that answers as Stripe's API reference specifies. It replaces the HTTP client of Stripe's library.

It keeps idempotency keys for a day, as Stripe does, and has the payment methods of Stripe's testing guide.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import stripe
from requests.structures import CaseInsensitiveDict

from infra.local.aws.clients import client
from infra.local.provisioning.template import load
from infra.shared.root import ROOT
from tests.world import STRIPES_KEY, World

CARD_ERRORS = {
    "pm_card_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card"),
    "pm_card_authenticationRequired": ("authentication_required", "authentication_required"),
}
CARDS = {"pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_slow"}

REFUSED_INPUT = {
    "pm_of_a_customer": {"param": "customer"},
    "pm_used_before": {"param": "payment_method"},
    "pm_other_currency": {"code": "payment_method_currency_mismatch"},
    "pm_of_no_country": {"code": "payment_method_unactivated"},
}
"""Payment methods that Stripe refuses without a decline: https://docs.stripe.com/error-codes."""

Reply = tuple[dict[str, Any], int]


class SpecifiedStripe(stripe.HTTPClient):
    """A Stripe account: payments, refunds, idempotency keys, and the faults of the next requests."""

    name = "specified"

    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, tuple[dict[str, str], Reply]] = {}
        self.faults: list[str | tuple[HTTPStatus, dict[str, Any]]] = []
        """For each next request: an error answer, `lost` (done, no answer), `unreached` or `fine`."""
        self.refund_status = "succeeded"
        self.requests: list[tuple[str, str, dict[str, str], Mapping[str, str]]] = []

    @contextmanager
    def used_by(self, world: World) -> Iterator[None]:
        """A world with the parameters for Stripe, and its API key in Secrets Manager."""
        client("secretsmanager").create_secret(Name="stripe", SecretString="sk_test_world")
        payment = world.stack.functions["PaymentConsumer"]
        variables = {**payment.environment, "PAYMENT_GATEWAY": "stripe", "STRIPE_SECRET_ID": STRIPES_KEY}
        timeout = load(ROOT / "template.yaml").mappings["Gateways"]["stripe"]["Timeout"]
        world.stack.functions["PaymentConsumer"] = replace(
            payment, environment=variables, timeout_seconds=timeout
        )
        with patch.object(
            stripe.RequestsClient, "request", lambda _, *given, **more: self.request(*given, **more)
        ):
            yield

    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient("sk_test_specified", http_client=self, max_network_retries=0)

    def request(  # type: ignore[override]  # without streams and files
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        path, query = urlsplit(url).path.removeprefix("/v1/"), urlsplit(url).query
        fields = {name: values[0] for name, values in parse_qs(post_data or query).items()}
        self.requests.append((method, path, fields, headers))
        fault = self.faults.pop(0) if self.faults else "fine"
        if fault == "unreached":
            raise _no_answer("connection refused")
        if isinstance(fault, tuple):
            body, status = {"error": fault[1]}, fault[0].value
        else:
            body, status = self._once(method, path, fields, headers.get("Idempotency-Key"))
        if fault == "lost":
            raise _no_answer("read timed out")
        return json.dumps(body), status, CaseInsensitiveDict({"Request-Id": "req_1"})

    def close(self) -> None: ...

    def _once(self, method: str, path: str, fields: dict[str, str], key: str | None) -> Reply:
        if method == "get":
            return self._read(path, fields)
        assert key is not None, "money moves under a key only"
        if key not in self.keys:
            self.keys[key] = fields, self._pay(fields) if path == "payment_intents" else self._refund(fields)
        if self.keys[key][0] != fields:
            return error("idempotency_error", message="Keys can only be used with the same parameters"), 400
        return self.keys[key][1]

    def _read(self, path: str, fields: dict[str, str]) -> Reply:
        match path.split("/"):
            case ["payment_intents"]:
                made = list(self.payments.values())
                return {"object": "list", "data": made, "has_more": False, "url": "/v1/payment_intents"}, 200
            case ["payment_intents", "search"]:
                found = [p for p in self.payments.values() if p["metadata"]["order_id"] in fields["query"]]
                return {"object": "search_result", "data": found, "has_more": False}, 200
            case ["payment_intents", payment_id]:
                return self.payments[payment_id], 200
        refunds = [r for r in self.refunds.values() if r["payment_intent"] == fields["payment_intent"]]
        return {"object": "list", "data": refunds, "has_more": False}, 200

    def _pay(self, fields: dict[str, str]) -> Reply:
        method, amount = fields["payment_method"], int(fields["amount"])
        if "confirm" not in fields:
            unconfirmed = {
                "id": "pi_unconfirmed",
                "object": "payment_intent",
                "status": "requires_confirmation",
            }
            return unconfirmed | {"metadata": {"order_id": fields["metadata[order_id]"]}}, 200
        if method in CARD_ERRORS:
            code, decline_code = CARD_ERRORS[method]
            return error("card_error", code=code, decline_code=decline_code), 402
        if method in REFUSED_INPUT:
            return error("invalid_request_error", **REFUSED_INPUT[method]), 400
        if method not in CARDS:
            return error("invalid_request_error", code="resource_missing", param="payment_method"), 400
        if amount < 50:
            return error("invalid_request_error", code="amount_too_small", param="amount"), 400
        made: dict[str, Any] = {
            "id": f"pi_{len(self.payments) + 1}",
            "object": "payment_intent",
            "amount": amount,
            "currency": fields["currency"],
            "status": "processing" if method == "pm_slow" else "succeeded",
            "metadata": {"order_id": fields["metadata[order_id]"]},
        }
        self.payments[made["id"]] = made
        return dict(made), 200

    def _refund(self, fields: dict[str, str]) -> Reply:
        payment = self.payments.get(fields["payment_intent"])
        if payment is None:
            return error("invalid_request_error", code="resource_missing", param="payment_intent"), 404
        if any(refund["payment_intent"] == payment["id"] for refund in self.refunds.values()):
            return error("invalid_request_error", code="charge_already_refunded"), 400
        made = {"id": f"re_{payment['id']}", "object": "refund", "payment_intent": payment["id"]}
        self.refunds[made["id"]] = made | {"amount": payment["amount"], "status": self.refund_status}
        return dict(self.refunds[made["id"]]), 200


def _no_answer(why: str) -> Exception:
    return stripe.APIConnectionError(why, should_retry=True)  # type: ignore[no-untyped-call]  # its library's


def error(kind: str, **fields: Any) -> dict[str, Any]:
    return {"error": {"type": kind, "message": "Ada Lovelace's card", **fields}}
