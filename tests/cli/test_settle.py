"""`choreo settle` ends a payment that is stuck, according to the gateway's record."""

import pytest

from choreography.errors import NotUnderstood, RefundFailed
from infra.cli import settle
from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError, NotFound
from payment.sandbox import SandboxGateway
from tests.cli.conftest import options
from tests.world import World


def stuck(world: World, patched: pytest.MonkeyPatch, *, charged: bool) -> str:
    """An order whose message was dead-lettered by a defect, before or after the gateway made the charge."""
    charge = SandboxGateway.charge

    def defective(gateway: SandboxGateway, request: object) -> None:
        if charged:
            charge(gateway, request)  # type: ignore[arg-type]  # the consumer's charge
        raise NotUnderstood("a parameter that the gateway does not know")

    with patched.context() as defect:
        defect.setattr(SandboxGateway, "charge", defective)
        order_id = world.place()
        world.drain()
    assert world.item("PaymentTable", order_id)["status"] == "charging"
    assert world.kinds("PaymentDeadLetters") == ["order.placed"]
    return order_id


def settled(deployed: Deployed, order_id: str, refunded: str | None = None) -> int:
    return settle.run(deployed, options(order_id=order_id, refunded=refunded, gateway="sandbox"))


@pytest.mark.parametrize(
    ("charged", "cancelled", "ends", "ledger"),
    [
        (True, False, "shipped", ["charge captured"]),
        (True, True, "cancelled", ["charge captured", "refund refunded"]),
        (False, False, "rejected", ["charge declined"]),
        (False, True, "rejected", ["charge declined"]),
    ],
)
def test_a_stuck_charge_ends_with_the_outcome_of_the_gateway(
    world: World,
    deployed: Deployed,
    monkeypatch: pytest.MonkeyPatch,
    charged: bool,
    cancelled: bool,
    ends: str,
    ledger: list[str],
) -> None:
    order_id = stuck(world, monkeypatch, charged=charged)
    if cancelled:
        world.cancel(order_id)
        world.drain()
        assert world.status(order_id) == "cancelling", "the cancellation waits for the charge"
    assert settled(deployed, order_id) == 0
    world.drain()
    world.wake_hidden("PaymentQueue")
    world.drain()
    assert (world.status(order_id), world.ledger("Payment", order_id)) == (ends, ledger)


def test_redriving_the_dead_letter_of_a_settled_charge_changes_nothing(
    world: World, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = stuck(world, monkeypatch, charged=False)
    settled(deployed, order_id)
    world.send("PaymentQueue", *world.take("PaymentDeadLetters", "order.placed"))
    world.drain()
    assert (world.status(order_id), world.ledger("Payment", order_id)) == ("rejected", ["charge declined"])


def test_a_failed_refund_can_be_recorded_as_made_in_another_way(
    world: World, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise RefundFailed("the account is closed")

    with monkeypatch.context() as patched:
        patched.setattr(SandboxGateway, "refund", failing)
        order_id = world.place(country="AQ")
        world.drain()
    assert world.status(order_id) == "cancelling"
    assert settled(deployed, order_id, refunded="bank transfer 4711") == 0
    world.drain()
    assert world.status(order_id) == "cancelled"


def test_a_payment_that_is_not_stuck_is_not_changed(world: World, deployed: Deployed) -> None:
    order_id = world.place()
    world.drain()
    with pytest.raises(NotFound, match="not stuck: it is captured"):
        settled(deployed, order_id)


def test_settle_needs_the_gateway_if_the_stack_does_not_list_its_parameters(
    world: World, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = stuck(world, monkeypatch, charged=True)
    with pytest.raises(CommandError, match="--gateway"):
        settle.run(deployed, options(order_id=order_id, refunded=None, gateway=None))
