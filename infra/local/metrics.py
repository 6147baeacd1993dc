"""What CloudWatch makes of the embedded metric format: functions print it, and clients ask for sums.

Kept as sums a minute, and handed to moto's CloudWatch when somebody asks it something.
"""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from infra.local.clients import client
from infra.local.emf import Series, values

SERVICE = "monitoring"
"""CloudWatch's name in addresses and signatures."""
AT_ONCE = 1000
"""PutMetricData takes as many (CloudWatch API reference)."""


class Metrics:
    """What was counted since a client last asked."""

    def __init__(self) -> None:
        self._sums: Counter[Series] = Counter()

    def add(self, documents: Iterable[dict[str, Any]]) -> None:
        """Counts documents in the embedded metric format; a value may be one number or a list."""
        for document in documents:
            for series, value in values(document):
                self._sums[series] += value

    def count(self, namespace: str, name: str, **dimensions: str) -> None:
        """Counts one, now: what AWS itself counts."""
        self._sums[Series(namespace, name, tuple(dimensions.items()), int(time.time()) // 60)] += 1

    def hand_over(self) -> None:
        """Tells moto all that is not told yet."""
        cloudwatch = client("cloudwatch")
        told, self._sums = self._sums, Counter()
        for namespace in {series.namespace for series in told}:
            data = [_datum(series, value) for series, value in told.items() if series.namespace == namespace]
            for start in range(0, len(data), AT_ONCE):
                cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[start : start + AT_ONCE])


def _datum(series: Series, value: float) -> dict[str, Any]:
    return {
        "MetricName": series.name,
        "Dimensions": [{"Name": name, "Value": text} for name, text in series.dimensions],
        "Timestamp": datetime.fromtimestamp(series.minute * 60, UTC),
        "Value": value,
        "Unit": "Count",
    }
