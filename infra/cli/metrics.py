"""Show the counts of each service, and the maximum of each gauge in seconds.

CloudWatch has them: the one of the local run, or that of the AWS account.

  choreo metrics
  choreo metrics --minutes 5
"""

import argparse
from datetime import UTC, datetime, timedelta
from typing import Any

from choreography.metrics import Gauge
from infra.cli.deployed import Deployed
from infra.cli.errors import NotFound
from infra.shared.arguments import positive
from infra.shared.display import out, print_json, table

JSON = "print a line of JSON for each metric"
SUMMARY = "show the counts of each service: orders, payments, parcels, messages"
QUERIES_LIMIT = 500
"""The maximum number of queries in one GetMetricData call (CloudWatch API reference)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--minutes", type=positive, default=180, metavar="N", help="the last N minutes (default 180)"
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    found = totals(deployed, arguments.minutes)
    if not found:
        raise NotFound(f"there are no metrics of the last {arguments.minutes} minutes")
    if arguments.json:
        for (service, name), value in sorted(found.items()):
            print_json({"service": service, "metric": name, "value": value})
        return 0
    shown = table("service", "metric", "value")
    for (service, name), value in sorted(found.items()):
        shown.add_row(service, name, f"{value:.0f}")
    out.print(shown, soft_wrap=False)
    return 0


def totals(deployed: Deployed, minutes: int) -> dict[tuple[str, str], float]:
    """The sum of each count and the maximum of each gauge, by service and metric.

    The stack's name is the namespace.
    """
    cloudwatch = deployed.client("cloudwatch")
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace=deployed.name)
    metrics = [metric for page in pages for metric in page["Metrics"] if _service(metric) is not None]
    until = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    found: dict[tuple[str, str], float] = {}
    for start in range(0, len(metrics), QUERIES_LIMIT):
        some = metrics[start : start + QUERIES_LIMIT]
        queries = [_query(f"m{number}", metric) for number, metric in enumerate(some)]
        for page in cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=until - timedelta(minutes=minutes), EndTime=until
        ):
            for result in page["MetricDataResults"]:
                metric = some[int(result["Id"][1:])]
                key = str(_service(metric)), metric["MetricName"]
                combine = max if _is_gauge(metric) else sum
                found[key] = combine([found.get(key, 0), *result["Values"]])
    return {key: value for key, value in found.items() if value}


def _query(query_id: str, metric: dict[str, Any]) -> dict[str, Any]:
    statistic = "Maximum" if _is_gauge(metric) else "Sum"
    return {"Id": query_id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic}}


def _is_gauge(metric: dict[str, Any]) -> bool:
    return metric["MetricName"] in {gauge.value for gauge in Gauge}


def _service(metric: dict[str, Any]) -> str | None:
    names = {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
    return names.get("service") if len(names) == 1 else None
