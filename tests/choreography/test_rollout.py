"""During a rollout, two versions of a consumer handle the messages of one order, and it ends correctly."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from pydantic import create_model

from choreography.consumer import consume
from choreography.decisions import Decision, State
from choreography.participant import Participant
from choreography.table import Table
from contracts.envelope import Payload
from infra.local.event_sources import mappings
from infra.local.in_process import environment
from order.state import Order
from payment.consumer import Payments
from payment.state import Payment
from shipping.consumer import Shipments
from shipping.state import Shipment
from tests.contracts.test_evolution import newer_minor
from tests.world import World

STATES: dict[str, type[State]] = {"order": Order, "payment": Payment, "shipping": Shipment}
NOTE = "written by the newer version"


def newer(service: str, live: Participant[Any]) -> Participant[Any]:
    """Return the next version of a service: one more attribute in its state, one more field in its events."""
    state = create_model("Newer", __base__=STATES[service], note=(str | None, None))

    def with_note(decision: Decision[Any]) -> Decision[Any]:
        return replace(
            decision,
            state=decision.state.model_copy(update={"note": NOTE}),
            payloads=tuple(newer_payload(payload) for payload in decision.payloads),
        )

    def reaction(kind: str) -> Any:
        return lambda state, event: with_note(live.reactions[kind](state, event))

    def outcome(*given: Any) -> Decision[Any]:
        assert live.outcome is not None
        return with_note(live.outcome(*given))

    return replace(
        live,
        table=Table(live.table._name, state),
        reactions={kind: reaction(kind) for kind in live.reactions},
        outcome=None if live.outcome is None else outcome,
    )


def newer_payload(payload: Payload) -> Payload:
    return newer_minor(type(payload)).model_validate(payload.model_dump() | {"note": NOTE})


class Split:
    """A service's alias with half of the weight on each version. Invocations alternate."""

    def __init__(self, service: str, first_is_newer: bool) -> None:
        self._service, self._next_is_newer = service, first_is_newer
        self.ran: list[bool] = []
        """Whether the newer version handled it, for each invocation so far."""

    def __call__(self, event: Any, context: Any, live: Participant[Any] | Payments | Shipments) -> Any:
        live = live if isinstance(live, Participant) else live.participant()
        self.ran.append(self._next_is_newer)
        self._next_is_newer = not self._next_is_newer
        return consume(event, context, newer(self._service, live) if self.ran[-1] else live)


@contextmanager
def rolling_out(first_is_newer: bool) -> Iterator[dict[str, Split]]:
    """Split every consumer's alias within the context."""
    splits = {service: Split(service, first_is_newer) for service in STATES}
    with ExitStack() as patches:
        for service, split in splits.items():
            patches.enter_context(patch(f"{service}.consumer.consume", split))
        yield splits


@pytest.fixture
def world(world: World) -> World:
    """A world with batches of one message, so that each message of an order has its own invocation."""
    for name, source in world.stack.sources.items():
        world.stack.sources[name] = replace(source, properties={**source.properties, "BatchSize": 1})
    with environment({}):
        world.mappings = mappings(world.stack)
    return world


def dead_letters(world: World) -> list[Any]:
    return [m for queue in world.stack.queues if "DeadLetters" in queue for m in world.messages(queue)]


OUTCOMES: list[tuple[dict[str, str], str, list[str], list[str]]] = [
    ({}, "shipped", ["charge captured"], ["dispatch dispatched"]),
    ({"payment_method": "pm_card_chargeDeclined"}, "rejected", ["charge declined"], []),
    ({"country": "AQ"}, "cancelled", ["charge captured", "refund refunded"], ["dispatch refused"]),
]


@pytest.mark.parametrize("first_is_newer", [False, True])
@pytest.mark.parametrize(("order", "status", "payments", "parcels"), OUTCOMES)
def test_an_order_ends_correctly_when_the_versions_alternate(
    world: World,
    first_is_newer: bool,
    order: dict[str, str],
    status: str,
    payments: list[str],
    parcels: list[str],
) -> None:
    with rolling_out(first_is_newer) as splits:
        order_id = world.place(**order)
        world.drain()
        assert world.status(order_id) == status
    assert (world.ledger("Payment", order_id), world.ledger("Shipping", order_id)) == (payments, parcels)
    assert dead_letters(world) == []
    assert set(splits["shipping"].ran) == {False, True}


@pytest.mark.parametrize("first_is_newer", [False, True])
def test_a_cancelled_order_is_not_charged_by_either_version(world: World, first_is_newer: bool) -> None:
    with rolling_out(first_is_newer):
        order_id = world.place()
        world.cancel(order_id)
        world.drain("payment")
        world.drain()
        assert world.status(order_id) == "cancelled"
    assert world.ledger("Payment", order_id) in ([], ["charge captured", "refund refunded"])
    assert world.ledger("Shipping", order_id) == []
    assert dead_letters(world) == []


@pytest.mark.three_services
def test_attributes_of_the_newer_version_survive_a_write_of_the_older(world: World) -> None:
    with rolling_out(first_is_newer=True) as splits:
        order_id = world.place(country="AQ")
        world.drain()
    assert splits["payment"].ran == [True, False]  # the newer version charged, the older one refunded
    assert world.item("PaymentTable", order_id)["status"] == "refunded"
    assert world.item("PaymentTable", order_id)["note"] == NOTE


def test_after_a_rollback_the_older_version_completes_orders_of_the_newer(world: World) -> None:
    """The alarm starts the rollback while a refund is pending."""
    with rolling_out(first_is_newer=True):
        order_id = world.place(country="AQ")
        world.run_until("PaymentQueue", "shipment.failed")
    world.drain()
    assert world.status(order_id) == "cancelled"
    assert world.ledger("Payment", order_id) == ["charge captured", "refund refunded"]
    assert dead_letters(world) == []
