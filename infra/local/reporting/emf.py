"""Reads documents in CloudWatch's embedded metric format.

Specification:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple


class Series(NamedTuple):
    """A metric in one minute. The dimensions are pairs of name and value."""

    namespace: str
    name: str
    unit: str
    dimensions: tuple[tuple[str, str], ...]
    minute: int


def values(document: dict[str, Any]) -> Iterator[tuple[Series, list[float]]]:
    """The values of each metric in a document, for each set of dimensions."""
    minute = int(document["_aws"]["Timestamp"]) // 60_000
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = tuple((name, str(document[name])) for name in names)
            for metric in directive["Metrics"]:
                found = document[metric["Name"]]
                yield (
                    Series(
                        directive["Namespace"], metric["Name"], metric.get("Unit", "None"), dimensions, minute
                    ),
                    found if isinstance(found, list) else [found],
                )


def is_readable(document: dict[str, Any]) -> bool:
    """Whether `values` can read the document and CloudWatch accepts the values."""
    try:
        return all(_is_valid(series, found) for series, found in values(document))
    except (LookupError, TypeError, ValueError, ArithmeticError, OSError, AttributeError):
        return False


def _is_valid(series: Series, found: list[float]) -> bool:
    datetime.fromtimestamp(series.minute * 60, UTC)  # raises if the time is out of range
    texts = (series.namespace, series.name, series.unit)
    return all(isinstance(text, str) for text in texts) and all(map(math.isfinite, found))
