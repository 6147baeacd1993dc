"""The catalogue lists every event, and for each field with personal data the services that need it."""

import pytest

from contracts.catalogue import EVENTS
from contracts.values import Address
from infra.contracts.catalogue import catalogue, data, personal_fields
from infra.contracts.examples import PRODUCERS
from infra.contracts.template_topology import template_topology

CATALOGUE = catalogue(template_topology())
PERSONAL = [
    (kind, name, needs) for kind, payload in EVENTS.items() for name, needs in personal_fields(data(payload))
]


@pytest.mark.parametrize("kind", EVENTS)
def test_the_catalogue_has_every_event_with_its_fields_and_an_example(kind: str) -> None:
    section = CATALOGUE.partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
    assert f'"type": "{kind}"' in section
    assert all(f"`{name}`" in section for name in EVENTS[kind].model_fields)


def test_the_address_and_the_customers_id_are_personal_data() -> None:
    marked = {name for kind, name, _ in PERSONAL if kind == "order.placed"}
    address = {f"shipping_address.{name}" for name in Address.model_fields}
    assert marked == {"customer_id", "payment_method", *address}


@pytest.mark.parametrize(("kind", "name", "needs"), PERSONAL)
def test_a_service_that_needs_personal_data_publishes_or_consumes_its_event(
    kind: str, name: str, needs: dict[str, str]
) -> None:
    stack = template_topology()
    consumers = {stack.queues[s.queue].service for s in stack.subscriptions if kind in s.types}
    assert needs.keys() <= consumers | {PRODUCERS[kind]}
    assert all(f"| {kind} | `{name}` | {service} |" in CATALOGUE for service in needs)
