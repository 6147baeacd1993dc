"""A model of CloudWatch: evaluates an alarm from its properties and series of datapoints.

Missing data: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
Metric math: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Points = Sequence[float | None]
"""A series, oldest first: one point for each period, None for a missing point."""

EXTRA_POINTS = 2
"""CloudWatch retrieves more points than it evaluates. In the examples of its guide, it retrieves two more."""
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
}


def fires(alarm: Mapping[str, Any], metrics: Mapping[str, Points], late: int = 0) -> bool:
    """Return whether the alarm is ever in ALARM while these series arrive, each point `late` periods late."""
    return any(state(alarm, _seen(metrics, end, late)) == "ALARM" for end in range(1, _length(metrics) + 1))


def state(alarm: Mapping[str, Any], metrics: Mapping[str, Points]) -> str:
    """Return the alarm's state at the end of these series, or KEPT if the alarm keeps its state."""
    compare, threshold = COMPARISONS[alarm["ComparisonOperator"]], alarm["Threshold"]
    points = [None if p is None else compare(p, threshold) for p in _values(alarm, metrics)]
    periods = alarm["EvaluationPeriods"]
    needed = alarm.get("DatapointsToAlarm", periods)
    found = [point for point in points[-(periods + EXTRA_POINTS) :] if point is not None]
    if len(found) >= periods:
        return "ALARM" if sum(found[-periods:]) >= needed else "OK"
    return _with_missing(alarm.get("TreatMissingData", "missing"), found, periods, needed)


def _with_missing(treatment: str, found: Sequence[bool], periods: int, needed: int) -> str:
    missing, breaching = periods - len(found), sum(found)
    if breaching >= needed:
        return "ALARM"
    if treatment == "breaching":
        return "ALARM" if breaching + missing >= needed else "OK"
    if treatment == "notBreaching" or (found and breaching < len(found)):
        return "OK"
    if treatment == "ignore":
        return "KEPT"
    return "ALARM" if found else "INSUFFICIENT_DATA"


def _seen(metrics: Mapping[str, Points], end: int, late: int) -> Mapping[str, Points]:
    """Return the points of the series that have arrived by period `end`."""
    return {
        name: [*points[: max(0, end - late)], *[None] * min(late, end)] for name, points in metrics.items()
    }


def _length(metrics: Mapping[str, Points]) -> int:
    return max(map(len, metrics.values()))


def _values(alarm: Mapping[str, Any], metrics: Mapping[str, Points]) -> Points:
    """Return the series to compare with the threshold: of the metric, or of an expression."""
    nothing: Points = [None] * _length(metrics)
    if "Metrics" not in alarm:
        return metrics.get(alarm["MetricName"], nothing)
    (*measured, compared) = alarm["Metrics"]
    named = {m["Id"]: metrics.get(m["MetricStat"]["Metric"]["MetricName"], nothing) for m in measured}
    tree = ast.parse(compared["Expression"], mode="eval").body
    return [_at(tree, named, period) for period in range(len(nothing))]


def _at(node: ast.expr, metrics: Mapping[str, Points], period: int) -> float | None:
    """Return an expression's value at a period, or None if an operand is missing."""

    def value(operand: ast.expr) -> float | None:
        return _at(operand, metrics, period)

    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return metrics[name][period]
        case ast.Call(func=ast.Name(id="FILL"), args=[series, filler]):
            found = value(series)
            return value(filler) if found is None else found
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise]):
            holds = value(condition)
            return None if holds is None else value(then if holds else otherwise)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mult() as op, right=right):
            return _combined(
                operator.add if isinstance(op, ast.Add) else operator.mul, value(left), value(right)
            )
        case ast.Compare(left=left, ops=[ast.Lt()], comparators=[right]):
            return _combined(operator.lt, value(left), value(right))
    raise NotImplementedError(f"add this metric math to the model: {ast.unparse(node)}")


def _combined(op: Callable[[Any, Any], Any], left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else float(op(left, right))
