"""The marker `three_services` limits what a world delivers. This repository delivers no less than that."""

import pytest

from infra.findings.events import filters
from infra.local.provisioning.reading import read
from infra.shared.root import ROOT
from tests import three_services
from tests.world import World


@pytest.mark.parametrize("name", three_services.SUBSCRIPTIONS)
def test_the_template_delivers_to_the_three_services_what_the_tests_state(name: str) -> None:
    delivered = dict(filters(read(ROOT / "template.yaml")["Resources"]))
    assert delivered[name] >= three_services.SUBSCRIPTIONS[name]


@pytest.mark.three_services
def test_a_limited_world_does_not_deliver_the_further_event_types(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_this_repository = {"PaymentFromOrder": set[str](), "ShippingFromOrder": {"order.placed"}}
    monkeypatch.setattr(three_services, "limited", lambda: of_this_repository)
    three_services.deliver_only_to_three_services(world.stack)
    world.cancel(world.place())
    world.drain("payment", "shipping")
    assert world.kinds("PaymentQueue") == []
    assert world.kinds("ShippingQueue") == ["order.placed"]
