"""A crash after any step of any consumer: delivered again, it ends the same."""

import pytest

from tests.world import Crash, World, crash

# The steps of a consumer, as the AWS calls that they are. With an effect: read, intent, effect, outcome.
STEPS = [
    (moment, operation, number)
    for operation, number in (("GetItem", 1), ("PutItem", 1), ("PutItem", 2), ("PutItem", 3))
    for moment in ("before", "after")
]


def run_into(world: World, mapping: str, moment: str, operation: str, number: int) -> None:
    """Lets a mapping deliver into the crash, as Lambda would report it: nothing is acknowledged."""
    with crash(moment, operation, number):
        try:
            world.step(mapping)
        except Crash:
            return


@pytest.mark.parametrize(("moment", "operation", "number"), STEPS)
@pytest.mark.parametrize(
    ("mapping", "queue", "country"),
    [
        ("PaymentConsumerQueue", "PaymentQueue", "GB"),
        ("ShippingConsumerQueue", "ShippingQueue", "GB"),
        ("ShippingConsumerQueue", "ShippingQueue", "AQ"),
        ("OrderConsumerQueue", "OrderQueue", "GB"),
    ],
)
def test_a_crash_loses_nothing_and_repeats_nothing(
    world: World, mapping: str, queue: str, country: str, moment: str, operation: str, number: int
) -> None:
    order_id = world.place(country=country)
    world.drain(queue.removesuffix("Queue").lower())
    world.step("OrderRelayOutbox")
    run_into(world, mapping, moment, operation, number)
    world.wake_hidden(queue)
    world.drain()
    expected = "shipped" if country == "GB" else "cancelled"
    assert world.status(order_id) == expected
    charges = [e for e in world.ledger("Payment", order_id) if e == "charge captured"]
    parcels = [e for e in world.ledger("Shipping", order_id) if e == "dispatch dispatched"]
    assert (len(charges), len(parcels)) == (1, int(country == "GB"))


@pytest.mark.parametrize(("moment", "number"), [("before", 1), ("after", 1), ("before", 2), ("after", 2)])
def test_a_crash_while_refunding_refunds_once(world: World, moment: str, number: int) -> None:
    order_id = world.place(country="AQ")
    world.drain("payment")
    world.step("PaymentConsumerQueue")
    world.drain("payment")
    world.step("PaymentRelayOutbox")
    world.drain("payment")
    run_into(world, "PaymentConsumerQueue", moment, "PutItem", number)
    world.wake_hidden("PaymentQueue")
    world.drain()
    assert world.status(order_id) == "cancelled"
    assert world.ledger("Payment", order_id) == ["charge captured", "refund refunded"]


def test_acknowledged_nothing_the_message_comes_again_and_changes_nothing(world: World) -> None:
    order_id = world.place()
    world.step("OrderRelayOutbox")
    (message,) = world.messages("PaymentQueue")
    world.deliver("PaymentConsumer", message["Body"])  # handled, and then the acknowledgement was lost
    version = world.item("PaymentTable", order_id)["version"]
    world.step("PaymentConsumerQueue")
    assert world.item("PaymentTable", order_id)["version"] == version


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_relay_that_crashes_publishes_again(world: World, moment: str) -> None:
    order_id = world.place()
    with crash(moment, "PublishBatch"), pytest.raises(Crash):
        world.step("OrderRelayOutbox")
    world.drain()
    assert world.status(order_id) == "shipped"
    assert world.ledger("Payment", order_id) == ["charge captured"]
