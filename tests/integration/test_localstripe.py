"""The Stripe adapter with localstripe, a Stripe server by other authors.

localstripe has no idempotency keys and no search, and its errors name no parameter.
tests/integration/test_gateways.py tests these with the answers that Stripe specifies.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import stripe

from choreography.errors import NotUnderstood
from infra.shared.root import ROOT
from payment.gateway import Captured, Charge, Declined, Refund, Refunded
from payment.stripe_gateway import StripeGateway


@pytest.fixture(scope="module")
def gateway() -> Iterator[StripeGateway]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.localstripe_server", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            address = stripe.StripeClient("sk_test_1", base_addresses={"api": f"http://127.0.0.1:{port}"})
            yield StripeGateway(address)
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("localstripe does not start")


@pytest.fixture
def charge() -> Charge:
    return Charge(str(uuid4()), 2500, "EUR", "pm_card_visa", datetime.now(UTC))


def test_a_charge_is_captured_and_found_again_and_refunded(gateway: StripeGateway, charge: Charge) -> None:
    captured = gateway.charge(charge)
    assert isinstance(captured, Captured)
    assert gateway.settle(charge) == captured
    refunded = gateway.refund(Refund(charge.order_id, captured.payment_id, 2500, "EUR"))
    assert isinstance(refunded, Refunded)


def test_a_charge_is_declined(gateway: StripeGateway, charge: Charge) -> None:
    refused = replace(charge, payment_method="pm_card_chargeCustomerFail")
    assert gateway.charge(refused) == Declined("card_declined")


def test_a_refund_of_an_unknown_payment_raises_not_understood(gateway: StripeGateway, charge: Charge) -> None:
    with pytest.raises(NotUnderstood):
        gateway.refund(Refund(charge.order_id, "pi_unheard_of", 2500, "EUR"))
