"""Collects the metrics that functions print in the embedded metric format, for moto's CloudWatch.

Each minute of a count becomes its sum, and each minute of a gauge (in seconds) its maximum. The backend calls
`publish` before moto answers a CloudWatch call.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from infra.local.aws.clients import client
from infra.local.reporting.emf import Series, values

SERVICE = "monitoring"
"""The name of CloudWatch in endpoints and signatures."""
MAX_DATA = 1000
"""The limit of one PutMetricData call (CloudWatch API reference)."""


class Metrics:
    """The metrics of functions and of AWS itself since the last `publish`."""

    def __init__(self) -> None:
        self._values: dict[Series, float] = {}

    def add(self, documents: Iterable[dict[str, Any]]) -> None:
        """Adds documents in the embedded metric format; a value may be one number or a list."""
        for document in documents:
            for series, found in values(document):
                combine = max if series.unit == "Seconds" else sum
                self._values[series] = combine([self._values.get(series, 0), *found])

    def count(self, namespace: str, name: str, **dimensions: str) -> None:
        """Adds one to a count of AWS itself, in the current minute."""
        series = Series(namespace, name, "Count", tuple(dimensions.items()), int(time.time()) // 60)
        self._values[series] = self._values.get(series, 0) + 1

    def publish(self) -> None:
        """Sends the collected metrics to moto, and forgets them."""
        cloudwatch = client("cloudwatch")
        values_by_series, self._values = self._values, {}
        for namespace in {series.namespace for series in values_by_series}:
            data = [
                _datum(series, value)
                for series, value in values_by_series.items()
                if series.namespace == namespace
            ]
            for start in range(0, len(data), MAX_DATA):
                cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[start : start + MAX_DATA])


def _datum(series: Series, value: float) -> dict[str, Any]:
    return {
        "MetricName": series.name,
        "Dimensions": [{"Name": name, "Value": text} for name, text in series.dimensions],
        "Timestamp": datetime.fromtimestamp(series.minute * 60, UTC),
        "Value": value,
        "Unit": series.unit,
    }
