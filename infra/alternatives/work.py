"""The counted work and the price of the same orders in each version."""

import os
from collections import Counter
from dataclasses import dataclass
from unittest.mock import patch

from choreography import secrets
from infra.alternatives.versions import Version, changes_for_a_subscriber
from infra.cost.counts import count_work
from infra.cost.outcomes import make_messages_due, place, run_with_batch_size
from infra.cost.prices import MILLION, Prices
from infra.cost.units import bill
from infra.cost.work import POLLERS, Call, Work, counted
from infra.local.aws.moto_patches import patched_moto

ORDERS = 10
OUTCOMES = {"shipped": "shipped", "rejected": "rejected", "cancelled": "cancelled, refunded"}
"""The outcome in `choreo cost` for each compared outcome."""


@dataclass(frozen=True)
class Effort:
    """What orders need. The sandboxes' ledgers do not count."""

    published: int
    """Events that were published, and messages that were sent to queues."""
    received: int
    """Messages that queues delivered to functions."""
    invocations: int
    write_units: int
    price_per_million: float
    """In the currency of the price list. Without logs: their size varies with the content of each line."""


@dataclass(frozen=True)
class Compared:
    """What ORDERS orders with the same outcome need in one version, without Idempotency-Keys."""

    outcome: str
    version: str
    effort: Effort
    subscriber_changes: int
    """The number of existing services to change for a new subscriber."""


def work_of(version: Version, outcome: str, prices: Prices) -> Compared:
    """Runs ORDERS orders to their end in this process, and counts their work."""
    with patched_moto(), patch.dict(os.environ):
        os.environ.pop("AWS_ENDPOINT_URL", None)  # count this process, and not a running backend
        run = run_with_batch_size(ORDERS, version.template)
        secrets.provider.cache_clear()
        with version.prepared(run), counted() as work:
            for _ in range(ORDERS):
                place(run, OUTCOMES[outcome], None)
            run.drain()
            make_messages_due(run)
            run.drain()
    return Compared(
        outcome, version.name, effort_of(work, ORDERS, prices), changes_for_a_subscriber(run.stack)
    )


def effort_of(work: Work, orders: int, prices: Prices) -> Effort:
    """Counts this work of some orders."""
    counts = count_work(work)
    units = Counter({i: n for i, n in bill(work, prices.milliseconds).items() if i.unit != "log_gigabytes"})
    return Effort(
        published=sum(map(_published, work.calls)),
        received=_received(work),
        invocations=counts.invocations,
        write_units=round(counts.write_units),
        price_per_million=round(prices.of(units) * MILLION / orders, 2),
    )


def _published(call: Call) -> int:
    if call.by == POLLERS:
        return 0
    match call.operation:
        case "PublishBatch":
            return len(call.request["PublishBatchRequestEntries"])
        case "Publish" | "SendMessage":
            return 1
    return 0


def _received(work: Work) -> int:
    return sum(
        record.get("eventSource") == "aws:sqs"
        for invocation in work.invocations
        for record in invocation.event.get("Records", ())
    )
