"""CloudWatch's embedded metric format, as functions print it.

Its specification:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple


class Series(NamedTuple):
    """A metric of a minute: the dimensions are pairs of name and value."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    minute: int


def values(document: dict[str, Any]) -> Iterator[tuple[Series, Any]]:
    """The sum of each metric, for each of its sets of dimensions."""
    minute = int(document["_aws"]["Timestamp"]) // 60_000
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = tuple((name, str(document[name])) for name in names)
            for metric in directive["Metrics"]:
                values = document[metric["Name"]]
                yield (
                    Series(directive["Namespace"], metric["Name"], dimensions, minute),
                    sum(values) if isinstance(values, list) else values,
                )


def is_readable(document: dict[str, Any]) -> bool:
    """Whether `values` can read the document, and CloudWatch takes what it gives."""
    try:
        return all(_is_valid(series, value) for series, value in values(document))
    except (LookupError, TypeError, ValueError, ArithmeticError, OSError, AttributeError):
        return False


def _is_valid(series: Series, value: Any) -> bool:
    datetime.fromtimestamp(series.minute * 60, UTC)  # raises for a time that no clock shows
    return isinstance(series.namespace, str) and isinstance(series.name, str) and math.isfinite(value)
