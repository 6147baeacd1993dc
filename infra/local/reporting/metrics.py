"""CloudWatch's metrics from the embedded metric format that functions print.

Each minute of a count is kept as its sum, and each minute of a gauge (in seconds) as its maximum. moto's
CloudWatch is told before it answers a client.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from infra.local.aws.clients import client
from infra.local.reporting.emf import Series, values

SERVICE = "monitoring"
"""CloudWatch's name in addresses and signatures."""
AT_ONCE = 1000
"""PutMetricData takes as many (CloudWatch API reference)."""


class Metrics:
    """The metrics of functions and of AWS itself since `hand_over` was called last."""

    def __init__(self) -> None:
        self._values: dict[Series, float] = {}

    def add(self, documents: Iterable[dict[str, Any]]) -> None:
        """Adds documents in the embedded metric format; a value may be one number or a list."""
        for document in documents:
            for series, found in values(document):
                combine = max if series.unit == "Seconds" else sum
                self._values[series] = combine([self._values.get(series, 0), *found])

    def count(self, namespace: str, name: str, **dimensions: str) -> None:
        """Adds one, now, to a count that AWS itself keeps."""
        series = Series(namespace, name, "Count", tuple(dimensions.items()), int(time.time()) // 60)
        self._values[series] = self._values.get(series, 0) + 1

    def publish(self) -> None:
        """Tells moto all that is not told yet."""
        cloudwatch = client("cloudwatch")
        told, self._values = self._values, {}
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
        "Unit": series.unit,
    }
