"""docs/scale.md is up to date, and its numbers agree with cases computed by hand."""

from dataclasses import replace

import pytest

from infra.scale.backlog import Drained, QueueModel, drain_backlog
from infra.scale.demand import demand
from infra.scale.limits import (
    Limit,
    concurrency,
    limits,
    maximum_concurrency,
    quotas,
    relay_records_a_second,
)
from infra.scale.page import PAGE, TABLES, page, relays

PLAIN = QueueModel(
    arrivals=10,
    concurrency=20,
    call_seconds=1,
    refusal_seconds=0.1,
    gateway_rate=1000,
    initial_workers=20,
)
"""Each second, 20 messages are handled and 10 arrive, so the backlog shrinks by 10 a second."""


def limit(name: str) -> Limit:
    (found,) = [one for one in limits() if one.name == name]
    return found


@pytest.mark.proof  # half a day of a queue, second by second, for each row
def test_the_page_equals_the_output_of_make_scale() -> None:
    text = PAGE.read_text()
    assert all(f"<!-- {name} -->" in text for name in TABLES)
    assert page(text) == text


def test_the_demand_of_an_order_is_its_counted_work() -> None:
    """test_work.py counts the same 13 write units. The index needs one of them."""
    needed = demand()
    assert (needed.requests, needed.published) == (2, 4)
    assert needed.handled["OrderConsumer"] == 3  # captured, dispatched, delivered
    assert needed.handled["ShippingRelay"] == 2  # dispatched, delivered
    assert needed.outside_calls == {"PaymentConsumer": 1, "ShippingConsumer": 1}
    assert sum(needed.write_units.values()) == 13 - 1


def test_concurrency_is_the_rate_times_the_seconds() -> None:
    """A first check takes 5 ms and one call of 8 ms; a charge has three such calls and one of 500 ms."""
    assert concurrency("OrderExpiry") == pytest.approx(0.005 + 0.008)
    assert concurrency("PaymentConsumer") == pytest.approx(0.005 + 3 * 0.008 + 0.5)


def test_a_limit_divided_by_the_demand_is_a_number_of_orders() -> None:
    assert limit("SNS: messages a second").orders == 9000 // 4
    assert limit("API Gateway: requests a second").orders == 10_000 // 2
    assert limit("`MaximumConcurrency` of PaymentConsumer").orders == int(50 / 0.529)


def test_limits_are_in_the_order_in_which_they_are_reached() -> None:
    found = [one.orders for one in limits()]
    assert found == sorted(found)
    assert {"OrderConsumer", "OrderExpiry", "PaymentConsumer", "ShippingConsumer"} == {
        one.name.split()[-1] for one in limits() if one.name.startswith("`MaximumConcurrency`")
    }


def test_payments_concurrency_is_within_the_gateways_rate_limit() -> None:
    assert maximum_concurrency()["PaymentConsumer"] <= quotas().of("gateway_calls") * concurrency(
        "PaymentConsumer"
    )


def test_the_consumers_leave_most_of_the_account_to_the_api() -> None:
    assert 0 < sum(maximum_concurrency().values()) <= quotas().of("concurrent_executions") / 4


def test_a_relay_publishes_more_than_its_partition_can_write() -> None:
    """A hundred records need 5 ms and ten calls of 8 ms; one record needs one call."""
    assert relay_records_a_second(100) == pytest.approx(100 / 0.085)
    assert relay_records_a_second(1) == pytest.approx(1 / 0.013)
    assert relays().keys() == {"OrderRelay", "PaymentRelay", "ShippingRelay"}
    assert all(written < published for written, published in relays().values())


def test_a_backlog_shrinks_by_handled_minus_arriving_messages() -> None:
    """After a minute 600 messages wait, and the backlog shrinks by ten a second."""
    assert drain_backlog(PLAIN, 60) == Drained(60, 0)


def test_a_queue_never_drains_if_messages_arrive_faster_than_they_are_handled() -> None:
    assert drain_backlog(replace(PLAIN, arrivals=20), 60) == Drained(None, 0)


def test_a_queue_drains_later_while_pollers_are_added() -> None:
    """With 5, 10, 15 and then 20 workers, 30 messages are late, which takes three more seconds."""
    assert drain_backlog(replace(PLAIN, initial_workers=5, added_workers=5), 60) == Drained(63, 0)


def test_more_workers_than_the_gateways_rate_do_not_drain_the_queue_sooner() -> None:
    limited = replace(PLAIN, gateway_rate=20)
    few, many = (
        drain_backlog(limited, 60),
        drain_backlog(replace(limited, concurrency=200, initial_workers=200), 60),
    )
    assert few.refused == 0
    assert many.refused > 1000
    assert few.seconds is not None
    assert many.seconds is not None
    assert many.seconds >= few.seconds


def test_messages_in_flight_stay_within_the_limit_of_sqs() -> None:
    """With at most a hundred messages in flight, fewer calls are refused."""
    eager = replace(PLAIN, gateway_rate=20, concurrency=200, initial_workers=200)
    free, limited = drain_backlog(eager, 60), drain_backlog(replace(eager, in_flight=100), 60)
    assert limited.refused < free.refused


def test_every_quota_has_its_source() -> None:
    assert all(quota.source for quota in quotas().quotas.values())
    assert quotas().read_on.startswith("2026-")
