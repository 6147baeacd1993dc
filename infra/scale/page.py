"""Computes the tables of docs/scale.md and writes each between its two markers."""

import math
from collections.abc import Iterable

from infra.scale.backlog import QueueModel, drain_backlog
from infra.scale.demand import demand
from infra.scale.limits import (
    PAYMENT,
    concurrency,
    limits,
    mappings,
    maximum_concurrency,
    quotas,
    relay_records_a_second,
)
from infra.shared.arns import service_of
from infra.shared.root import ROOT

PAGE = ROOT / "docs" / "scale.md"
RATES = (1, 100, 10_000)
HOUR = 3600
WORKERS = (10, 50, 53, 200)
"""Values of PaymentConcurrency: few, the default, the gateway's rate times a charge's duration, and many."""


def page(text: str) -> str:
    """The text of the page with updated tables."""
    for name, table in TABLES.items():
        first, last = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = text.partition(first)
        text = f"{before}{first}\n\n{table()}\n{last}{rest.partition(last)[2]}"
    return text


def _table(head: str, rows: Iterable[Iterable[object]]) -> str:
    columns = head.split("|")
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(str(cell).strip() for cell in line)} |\n" for line in lines)


def _settings() -> str:
    return _table(
        "function | source | batch | window (s) | at once, at most | one order/s keeps busy",
        (
            (
                function,
                service_of(source.arn),
                source.properties["BatchSize"],
                source.properties.get("MaximumBatchingWindowInSeconds", 0),
                maximum_concurrency().get(function, "one a shard"),
                f"{concurrency(function):.3f}",
            )
            for function, source in sorted(mappings().items())
        ),
    )


def _needs() -> str:
    needed, partition = demand(), quotas().of("partition_write_units")

    def row(name: str, each: float) -> tuple[str, ...]:
        return (name, *(f"{math.ceil(round(rate * each, 6)):,}" for rate in RATES))

    return _table(
        "orders a second | " + " | ".join(f"{rate:,}" for rate in RATES),
        [
            row("HTTP requests a second", needed.requests),
            row("SNS messages a second", needed.published),
            *(row(f"{f} at work, at a time", concurrency(f)) for f in sorted(needed.handled)),
            row("**all functions at work, at a time**", sum(map(concurrency, needed.handled))),
            *(row(f"{t}: write units a second", u) for t, u in sorted(needed.write_units.items())),
            *(row(f"{t}: partitions, so shards", u / partition) for t, u in sorted(_streamed().items())),
        ],
    )


def _first() -> str:
    return _table(
        "orders a second | limit | of | an order needs | what to raise",
        ((f"{k.orders:,}", k.name, f"{k.allowed:,}", f"{k.need:.3g}", k.remedy) for k in limits()),
    )


def _streamed() -> dict[str, int]:
    relayed = {function.replace("Relay", "Table") for function in mappings() if function.endswith("Relay")}
    return {table: units for table, units in demand().write_units.items() if table in relayed}


def relays() -> dict[str, tuple[float, float]]:
    """For each relay: records a second that a partition can write, and events that the relay can publish."""
    found = {}
    for table, units in _streamed().items():
        relay = table.replace("Table", "Relay")
        written = demand().handled[relay] * quotas().of("partition_write_units") / units
        found[relay] = (written, relay_records_a_second(mappings()[relay].properties["BatchSize"]))
    return found


def _relays() -> str:
    rows = (
        (relay, f"{written:,.0f}", f"{published:,.0f}")
        for relay, (written, published) in sorted(relays().items())
    )
    return _table("relay | a partition writes, a second | the relay publishes, a second", rows)


def payment(arrivals: int, workers: int) -> QueueModel:
    """Payment's queue with this rate of orders and this PaymentConcurrency."""
    quota = quotas()
    return QueueModel(
        arrivals=arrivals,
        concurrency=workers,
        call_seconds=concurrency(PAYMENT),
        refusal_seconds=quota.assumed.milliseconds_a_refusal / 1000,
        gateway_rate=quota.of("gateway_calls"),
        initial_workers=quota.of("pollers_at_first"),
        added_workers=quota.of("pollers_more_a_minute") // 60,
        in_flight=quota.of("sqs_in_flight"),
    )


def _drained() -> str:
    def row(arrivals: int, workers: int) -> tuple[str, ...]:
        drained = drain_backlog(payment(arrivals, workers), HOUR)
        took = "not in a day" if drained.seconds is None else _time(drained.seconds)
        refused = "" if drained.seconds is None else f"{drained.refused:,}"
        return (f"{arrivals}", f"{arrivals * HOUR:,}", f"{workers}", took, refused)

    rows = (row(arrivals, workers) for arrivals in (1, 50, 90, 100) for workers in WORKERS)
    return _table(
        "orders a second | wait after an hour | `PaymentConcurrency` | drained | calls refused", rows
    )


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 300 else f"{seconds / 60:.0f} min"


def _quotas() -> str:
    rows = ((name.replace("_", " "), f"{q.value:,}", q.source) for name, q in quotas().quotas.items())
    return _table("quota | value | source", rows)


TABLES = {
    "settings": _settings,
    "needs": _needs,
    "first": _first,
    "relays": _relays,
    "drained": _drained,
    "quotas": _quotas,
}
