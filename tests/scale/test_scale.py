"""The page of scale is fresh, and its arithmetic is that of cases worked out by hand."""

from dataclasses import replace

import pytest

from infra.scale.demand import demand
from infra.scale.drain import Drained, Queue, drain
from infra.scale.limits import Limit, concurrency, limits, mappings, quotas, relay_records_a_second
from infra.scale.page import PAGE, TABLES, page, relays

PLAIN = Queue(
    arrivals=10,
    concurrency=20,
    call_seconds=1,
    refusal_seconds=0.1,
    gateway_rate=1000,
    at_first=20,
)
"""Twenty a second are handled, ten come: ten a second of what waited."""


def limit(name: str) -> Limit:
    (found,) = [one for one in limits() if one.name == name]
    return found


@pytest.mark.proof  # half a day of a queue, second by second, for each row
def test_the_page_is_what_make_scale_would_write() -> None:
    text = PAGE.read_text()
    assert all(f"<!-- {name} -->" in text for name in TABLES)
    assert page(text) == text


def test_an_orders_demand_is_its_work() -> None:
    """As tests/cost has it: 19 write units in all, one of them the index's."""
    needed = demand()
    assert (needed.requests, needed.published) == (2, 4)
    assert needed.handled["OrderConsumer"] == 3  # captured, dispatched, delivered
    assert needed.handled["ShippingRelay"] == 2  # dispatched, delivered
    assert needed.outside_calls == {"PaymentConsumer": 1, "ShippingConsumer": 1}
    assert sum(needed.write_units.values()) == 19 - 1


def test_concurrency_is_the_rate_times_the_seconds() -> None:
    """A first look is an invocation of 5 ms with one call of 8; a charge is three calls and one of 500."""
    assert concurrency("OrderExpiry") == pytest.approx(0.005 + 0.008)
    assert concurrency("PaymentConsumer") == pytest.approx(0.005 + 3 * 0.008 + 0.5)


def test_a_limit_takes_so_many_orders() -> None:
    assert limit("SNS: messages a second").orders == 9000 // 4
    assert limit("API Gateway: requests a second").orders == 10_000 // 2
    assert limit("`MaximumConcurrency` of PaymentConsumer").orders == int(50 / 0.529)


def test_the_first_to_be_met_comes_first() -> None:
    found = [one.orders for one in limits()]
    assert found == sorted(found)
    assert {"OrderConsumer", "OrderExpiry", "PaymentConsumer", "ShippingConsumer"} == {
        one.name.split()[-1] for one in limits() if one.name.startswith("`MaximumConcurrency`")
    }


def test_payments_concurrency_is_within_what_the_gateway_takes() -> None:
    most = int(mappings()["PaymentConsumer"].properties["ScalingConfig"]["MaximumConcurrency"])
    assert most <= quotas().of("gateway_calls") * concurrency("PaymentConsumer")


def test_the_consumers_leave_most_of_the_account_to_the_api() -> None:
    scaled = [m.properties["ScalingConfig"] for m in mappings().values() if "ScalingConfig" in m.properties]
    assert sum(int(each["MaximumConcurrency"]) for each in scaled) <= quotas().of("concurrent_executions") / 4


def test_a_relay_publishes_more_than_its_partition_can_write() -> None:
    """Ten calls of 8 ms and 5 ms more for a hundred records; one call for one."""
    assert relay_records_a_second(100) == pytest.approx(100 / 0.085)
    assert relay_records_a_second(1) == pytest.approx(1 / 0.013)
    assert relays().keys() == {"OrderRelay", "PaymentRelay", "ShippingRelay"}
    assert all(written < published for written, published in relays().values())


def test_a_backlog_drains_by_the_difference() -> None:
    """600 wait after a minute, and ten a second go."""
    assert drain(PLAIN, 60) == Drained(60, 0)


def test_what_comes_faster_than_it_is_handled_never_drains() -> None:
    assert drain(replace(PLAIN, arrivals=20), 60) == Drained(None, 0)


def test_pollers_that_grow_drain_later() -> None:
    """5, 10, 15 and then 20 workers: 30 messages that were not handled, so three seconds more."""
    assert drain(replace(PLAIN, at_first=5, more_a_second=5), 60) == Drained(63, 0)


def test_more_workers_than_the_gateway_takes_are_refused_and_no_quicker() -> None:
    limited = replace(PLAIN, gateway_rate=20)
    few, many = drain(limited, 60), drain(replace(limited, concurrency=200, at_first=200), 60)
    assert few.refused == 0
    assert many.refused > 1000
    assert few.seconds is not None
    assert many.seconds is not None
    assert many.seconds >= few.seconds


def test_what_is_hidden_is_no_more_than_sqs_allows() -> None:
    """A hundred at most may be refused and on their way back: ten workers do no more than that."""
    eager = replace(PLAIN, gateway_rate=20, concurrency=200, at_first=200)
    free, held = drain(eager, 60), drain(replace(eager, in_flight=100), 60)
    assert held.refused < free.refused


def test_every_quota_has_its_source() -> None:
    assert all(quota.source for quota in quotas().quotas.values())
    assert quotas().read_on.startswith("2026-")
