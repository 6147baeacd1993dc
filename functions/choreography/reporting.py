"""How metrics reach CloudWatch: Powertools prints one line of the embedded metric format an invocation.

Namespace: the stack's name (POWERTOOLS_METRICS_NAMESPACE); dimension: `service`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from choreography.metrics import counted, measured

NAMESPACE = "Choreography"
"""Where the environment names none."""


@contextmanager
def reported() -> Iterator[None]:
    """Reports what a handler counts and measures; its decorator."""
    counted.clear()
    measured.clear()
    try:
        yield
    finally:
        if +counted or measured:
            metrics = EphemeralMetrics(namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", NAMESPACE))
            for metric, number in (+counted).items():
                metrics.add_metric(name=metric.value, unit=MetricUnit.Count, value=number)
            for gauge, seconds in measured.items():
                metrics.add_metric(name=gauge.value, unit=MetricUnit.Seconds, value=seconds)
            metrics.flush_metrics()
