"""How counts reach CloudWatch: one line of its embedded metric format an invocation, by Powertools.

Namespace: the stack's name (POWERTOOLS_METRICS_NAMESPACE); dimension: `service`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from choreography.metrics import counted

NAMESPACE = "Choreography"
"""Where the environment names none."""


@contextmanager
def reported() -> Iterator[None]:
    """Reports what is counted within; a handler's decorator."""
    counted.clear()
    try:
        yield
    finally:
        if +counted:
            metrics = EphemeralMetrics(namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", NAMESPACE))
            for metric, number in (+counted).items():
                metrics.add_metric(name=metric.value, unit=MetricUnit.Count, value=number)
            metrics.flush_metrics()
