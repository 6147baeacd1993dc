"""The contract of every gateway adapter, and the meaning of Stripe's answers."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest

from choreography.errors import KeyReused, NotAdmitted, NotUnderstood, RefundFailed, Unanswered
from infra.local.in_process import environment
from payment.gateway import EXPIRED, Captured, Charge, Declined, Gateway, Refund, Refunded
from payment.sandbox import SandboxGateway
from payment.stripe_gateway import StripeGateway
from tests.specified_stripe import SpecifiedStripe
from tests.world import World

ORDER_ID = "2a6b6f0e-0000-4000-8000-000000000001"
CHARGE = Charge(ORDER_ID, 2500, "EUR", "pm_card_visa", datetime.now(UTC))

Fail = dict[str, Any]


@pytest.fixture
def account() -> SpecifiedStripe:
    return SpecifiedStripe()


@pytest.fixture(params=["sandbox", "stripe"])
def gateway(request: pytest.FixtureRequest, world: World, account: SpecifiedStripe) -> Any:
    with environment({}):
        if request.param == "sandbox":
            yield SandboxGateway(world.stack.tables["PaymentLedger"])
        else:
            yield StripeGateway(account.client())


def paid(gateway: Gateway) -> str:
    captured = gateway.charge(CHARGE)
    assert isinstance(captured, Captured)
    return captured.payment_id


def test_a_repeated_charge_is_made_once(gateway: Gateway) -> None:
    assert paid(gateway) == paid(gateway)


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("pm_card_chargeDeclined", "card_declined"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_unheard_of", "payment_method_unknown"),
    ],
)
def test_a_declined_charge_has_the_same_reason_each_time(gateway: Gateway, method: str, reason: str) -> None:
    declined = replace(CHARGE, payment_method=method)
    assert [gateway.charge(declined) for _ in range(2)] == [Declined(reason)] * 2


def test_another_charge_under_the_same_key_is_refused(gateway: Gateway) -> None:
    paid(gateway)
    with pytest.raises(KeyReused):
        gateway.charge(replace(CHARGE, amount_minor=9900))


def test_a_repeated_refund_is_made_once(gateway: Gateway) -> None:
    refund = Refund(ORDER_ID, paid(gateway), 2500, "EUR")
    first = gateway.refund(refund)
    assert isinstance(first, Refunded)
    assert gateway.refund(refund) == first


def test_settle_finds_a_charge_that_was_made(gateway: Gateway) -> None:
    payment_id = paid(gateway)
    assert gateway.settle(CHARGE) == Captured(payment_id)


def test_settle_expires_a_charge_that_was_not_made_and_prevents_it(gateway: Gateway) -> None:
    assert [gateway.settle(CHARGE) for _ in range(2)] == [Declined(EXPIRED)] * 2
    with suppress(KeyReused):  # Stripe refuses the worker that charges after all
        assert gateway.charge(CHARGE) == Declined(EXPIRED)
    assert gateway.settle(CHARGE) == Declined(EXPIRED)


def test_settle_finds_a_charge_that_was_declined(gateway: Gateway) -> None:
    refused = replace(CHARGE, payment_method="pm_card_chargeDeclined")
    gateway.charge(refused)
    assert isinstance(gateway.settle(refused), Declined)


def test_a_refunded_charge_stays_captured(gateway: Gateway) -> None:
    payment_id = paid(gateway)
    gateway.refund(Refund(ORDER_ID, payment_id, 2500, "EUR"))
    assert paid(gateway) == payment_id


# ---------------------------------------------------------------- Stripe


def over(account: SpecifiedStripe) -> StripeGateway:
    return StripeGateway(account.client())


def test_a_charge_is_an_off_session_payment_with_the_orders_idempotency_key(
    account: SpecifiedStripe,
) -> None:
    paid(over(account))
    ((method, path, fields, headers),) = account.requests
    assert (method, path, headers["Idempotency-Key"]) == ("post", "payment_intents", f"charge-{ORDER_ID}")
    assert headers["Authorization"] == "Bearer sk_test_specified"
    assert fields == {
        "amount": "2500",
        "currency": "eur",
        "payment_method": "pm_card_visa",
        "confirm": "true",
        "off_session": "true",
        "automatic_payment_methods[enabled]": "true",
        "automatic_payment_methods[allow_redirects]": "never",
        "metadata[order_id]": ORDER_ID,
    }


@pytest.mark.parametrize("fault", ["lost", "unreached", (HTTPStatus.SERVICE_UNAVAILABLE, {})])
def test_a_request_without_an_answer_is_repeated_with_the_same_key(
    account: SpecifiedStripe, fault: Any
) -> None:
    account.faults = [fault]
    with pytest.raises(Unanswered):
        over(account).charge(CHARGE)
    assert paid(over(account)) == "pi_1"
    keys = [headers["Idempotency-Key"] for method, *_, headers in account.requests if method == "post"]
    assert keys == [CHARGE.idempotency_key] * 2
    assert len(account.payments) == 1


RETRYABLE: list[tuple[HTTPStatus, Fail]] = [
    (HTTPStatus.TOO_MANY_REQUESTS, {"type": "invalid_request_error", "code": "rate_limit"}),
    (HTTPStatus.INTERNAL_SERVER_ERROR, {"type": "api_error"}),
    (HTTPStatus.CONFLICT, {"type": "idempotency_error", "code": "idempotency_key_in_use"}),
    (HTTPStatus.CONFLICT, {"type": "invalid_request_error", "code": "lock_timeout"}),
]


@pytest.mark.parametrize(("status", "fields"), RETRYABLE, ids=str)
def test_a_temporary_failure_is_unanswered(
    account: SpecifiedStripe, status: HTTPStatus, fields: Fail
) -> None:
    account.faults = [(status, fields)] * 4
    with pytest.raises(Unanswered, match=f"{status.value} req_1"):
        over(account).charge(CHARGE)
    assert account.payments == {}


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN])
def test_a_wrong_key_makes_messages_wait(account: SpecifiedStripe, status: HTTPStatus) -> None:
    account.faults = [(status, {"type": "invalid_request_error"})]
    with pytest.raises(NotAdmitted, match=str(status.value)):
        over(account).charge(CHARGE)


def test_a_defect_is_reported_without_stripes_text_about_the_customer(account: SpecifiedStripe) -> None:
    wrong = {"type": "invalid_request_error", "code": "parameter_unknown", "message": "Ada Lovelace"}
    account.faults = [(HTTPStatus.BAD_REQUEST, wrong)]
    with pytest.raises(NotUnderstood) as raised:
        over(account).charge(CHARGE)
    assert str(raised.value) == "Stripe: InvalidRequestError parameter_unknown 400 req_1"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"payment_method": "pm_card_authenticationRequired"}, "authentication_required"),
        ({"amount_minor": 1}, "amount_too_small"),
        ({"payment_method": "pm_of_a_customer"}, "customer_refused"),
        ({"payment_method": "pm_used_before"}, "payment_method_refused"),
        ({"payment_method": "pm_other_currency"}, "payment_method_currency_mismatch"),
        ({"payment_method": "pm_of_no_country"}, "payment_method_unactivated"),
        ({"currency": "KWD", "amount_minor": 2505}, "amount_not_chargeable"),
        ({"currency": "IQD"}, "currency_not_supported"),
    ],
)
def test_a_charge_that_can_never_succeed_is_declined(
    account: SpecifiedStripe, changes: dict[str, Any], reason: str
) -> None:
    assert over(account).charge(replace(CHARGE, **changes)) == Declined(reason)


FAILED_AT_STRIPE = (HTTPStatus.INTERNAL_SERVER_ERROR, {"type": "api_error"})


def test_a_failure_that_stripe_stores_under_the_key_does_not_hide_the_payment(
    account: SpecifiedStripe,
) -> None:
    """Stripe repeats its own 500 answer for a key for a day, even if it made the payment."""
    payment_id = paid(over(account))
    account.faults = [FAILED_AT_STRIPE]
    assert over(account).charge(CHARGE) == Captured(payment_id)


def test_settle_expires_a_charge_that_failed_at_stripe(account: SpecifiedStripe) -> None:
    request = {"amount": "2500"}  # the request that failed
    account.keys[CHARGE.idempotency_key] = request, ({"error": FAILED_AT_STRIPE[1]}, 500)
    assert over(account).settle(CHARGE) == Declined(EXPIRED)
    assert account.payments == {}


def test_settle_raises_unanswered_while_stripe_processes_the_payment(account: SpecifiedStripe) -> None:
    slow = replace(CHARGE, payment_method="pm_slow")
    with pytest.raises(Unanswered):
        over(account).charge(slow)
    with pytest.raises(Unanswered, match="is being processed"):
        over(account).settle(slow)


def test_settle_raises_unanswered_if_it_cannot_look_through_all_payments(
    account: SpecifiedStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(over(account))
    monkeypatch.setattr("payment.stripe_gateway.LISTED", 1)
    with pytest.raises(Unanswered, match="more than 1 payments"):
        over(account).settle(replace(CHARGE, order_id="order-2"))


def test_charge_raises_unanswered_until_stripe_has_processed_the_payment(account: SpecifiedStripe) -> None:
    slow = replace(CHARGE, payment_method="pm_slow")
    with pytest.raises(Unanswered, match="pi_1 is being processed"):
        over(account).charge(slow)
    account.payments["pi_1"]["status"] = "succeeded"
    assert over(account).charge(slow) == Captured("pi_1")


def test_a_repeated_charge_is_found_after_stripe_deleted_its_key(account: SpecifiedStripe) -> None:
    payment_id = paid(over(account))
    account.keys.clear()
    late = replace(CHARGE, placed_at=datetime.now(UTC) - timedelta(days=2))
    assert over(account).charge(late) == Captured(payment_id)
    assert len(account.payments) == 1


def test_a_late_charge_is_made_if_there_is_no_earlier_one(account: SpecifiedStripe) -> None:
    late = replace(CHARGE, placed_at=datetime.now(UTC) - timedelta(days=2))
    assert over(account).charge(late) == Captured("pi_1")


def test_a_repeated_refund_is_found_after_stripe_deleted_its_key(account: SpecifiedStripe) -> None:
    refund = Refund(ORDER_ID, paid(over(account)), 2500, "EUR")
    first = over(account).refund(refund)
    account.keys.clear()
    assert over(account).refund(refund) == first
    assert len(account.refunds) == 1


@pytest.mark.parametrize(
    ("fault", "raised"), [("unreached", Unanswered), ((HTTPStatus.NOT_FOUND, {}), NotUnderstood)]
)
def test_a_failed_refund_is_not_reported_as_made(
    account: SpecifiedStripe, fault: Any, raised: type[Exception]
) -> None:
    refund = Refund(ORDER_ID, paid(over(account)), 2500, "EUR")
    account.faults = [fault]
    with pytest.raises(raised):
        over(account).refund(refund)


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_refund_that_failed_at_stripe_raises_refund_failed(account: SpecifiedStripe, status: str) -> None:
    refund = Refund(ORDER_ID, paid(over(account)), 2500, "EUR")
    account.refund_status = status
    with pytest.raises(RefundFailed, match=status):
        over(account).refund(refund)


@pytest.mark.parametrize("status", ["pending", "requires_action", "succeeded"])
def test_a_pending_refund_counts_as_made(account: SpecifiedStripe, status: str) -> None:
    account.refund_status = status
    refund = Refund(ORDER_ID, paid(over(account)), 2500, "EUR")
    assert isinstance(over(account).refund(refund), Refunded)


def test_a_refund_waits_while_the_accounts_balance_is_too_low(account: SpecifiedStripe) -> None:
    refund = Refund(ORDER_ID, paid(over(account)), 2500, "EUR")
    account.faults = [
        (HTTPStatus.BAD_REQUEST, {"type": "invalid_request_error", "code": "balance_insufficient"})
    ]
    with pytest.raises(NotAdmitted, match="balance_insufficient"):
        over(account).refund(refund)
    assert isinstance(over(account).refund(refund), Refunded)


@pytest.fixture
def with_stripe(world: World, account: SpecifiedStripe) -> Iterator[World]:
    with account.used_by(world):
        yield world


@pytest.mark.parametrize(
    ("order", "status", "payments", "refunds"),
    [
        ({}, "shipped", 1, 0),
        ({"country": "AQ"}, "cancelled", 1, 1),
        ({"payment_method": "x"}, "rejected", 0, 0),
    ],
)
def test_a_whole_order_through_stripe(
    with_stripe: World,
    account: SpecifiedStripe,
    order: dict[str, Any],
    status: str,
    payments: int,
    refunds: int,
) -> None:
    order_id = with_stripe.place(**order)
    with_stripe.drain()
    assert with_stripe.status(order_id) == status
    assert (len(account.payments), len(account.refunds)) == (payments, refunds)
    assert with_stripe.items("PaymentLedger") == []
    assert {headers["Authorization"] for *_, headers in account.requests} == {"Bearer sk_test_world"}


def test_an_order_waits_for_stripe_and_is_charged_once(with_stripe: World, account: SpecifiedStripe) -> None:
    order_id = with_stripe.place()
    account.faults = ["lost"]
    with_stripe.drain()
    assert with_stripe.status(order_id) == "placed"
    with_stripe.wake_hidden("PaymentQueue")
    with_stripe.drain()
    assert (with_stripe.status(order_id), len(account.payments)) == ("shipped", 1)
