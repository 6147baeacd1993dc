"""The local CloudWatch stores the sum of a count and the maximum of a gauge."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.aws.clients import client
from infra.local.reporting.metrics import Metrics
from tests.world import World

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def document(name: str, unit: str, *values: float) -> dict[str, Any]:
    """A document in the embedded metric format, as a function of Payment prints it."""
    metrics = [{"Name": name, "Unit": unit}]
    directive = {"Namespace": "shop", "Dimensions": [["service"]], "Metrics": metrics}
    metadata = {"Timestamp": int(NOON.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return {"_aws": metadata, "service": "payment", name: list(values)}


@pytest.mark.parametrize(
    ("name", "unit", "statistic", "value"),
    [("MessagesWaiting", "Count", "Sum", 6), ("WaitingSeconds", "Seconds", "Maximum", 3)],
)
def test_cloudwatch_has_the_sum_of_a_count_and_the_maximum_of_a_gauge_for_a_minute(
    world: World, name: str, unit: str, statistic: str, value: float
) -> None:
    metrics = Metrics()
    metrics.add([document(name, unit, 1, 3), document(name, unit, 2)])
    metrics.publish()
    found = client("cloudwatch").get_metric_statistics(
        Namespace="shop",
        MetricName=name,
        Dimensions=[{"Name": "service", "Value": "payment"}],
        StartTime=NOON,
        EndTime=NOON + timedelta(minutes=1),
        Period=60,
        Statistics=[statistic],
    )
    assert [point[statistic] for point in found["Datapoints"]] == [value]
    assert {point["Unit"] for point in found["Datapoints"]} == {unit}
