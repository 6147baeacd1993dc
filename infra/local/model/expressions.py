"""The times of a schedule: rate(...), cron(...) and at(...).

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from infra.local.model.cron import Cron, InvalidExpression

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}

NextTime = Callable[[datetime], datetime | None]
"""Returns the next time after a time, or None. Both are in UTC."""


@dataclass(frozen=True)
class ScheduleTimes:
    """The times of a schedule from `begin` to `end`. `time_zone` applies to cron and at expressions."""

    expression: str
    time_zone: str = "UTC"
    begin: datetime | None = None
    end: datetime | None = None

    def next(self, after: datetime) -> datetime | None:
        """The first time after `after`, or None."""
        if self.begin is not None and after < self.begin:
            after = self.begin - timedelta(microseconds=1)
        found = parse(self.expression, self.time_zone)(after)
        return None if found is None or (self.end is not None and found > self.end) else found


def parse(expression: str, time_zone: str = "UTC") -> NextTime:
    """The function that returns the next time of an expression. Raises InvalidExpression."""
    try:
        zone = ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        raise InvalidExpression(
            f"the time zone {time_zone} does not exist; use one such as Europe/Berlin"
        ) from None
    match = re.fullmatch(r"(rate|cron|at)\((.*)\)", expression.strip())
    if match is None:
        raise InvalidExpression(
            f"{expression!r} is not a rate(...), cron(...) or at(...) expression; use one of these"
        )
    kind, argument = match.groups()
    if kind == "rate":
        interval = _interval(argument)
        return lambda after: after + interval
    if kind == "at":
        moment = _moment(argument).replace(tzinfo=zone).astimezone(UTC)
        return lambda after: moment if moment > after else None
    cron = Cron(argument)
    return lambda after: _next(cron, zone, after)


def _next(cron: Cron, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The next time of a cron expression. Like EventBridge Scheduler, skips times that summer time skips."""
    local = cron.next(after.astimezone(zone).replace(tzinfo=None))
    while local is not None:
        found = local.replace(tzinfo=zone).astimezone(UTC)
        if found > after and found.astimezone(zone).replace(tzinfo=None) == local:
            return found
        local = cron.next(local)
    return None


def _interval(argument: str) -> timedelta:
    match = re.fullmatch(r"([1-9][0-9]{0,8}) (minute|hour|day)(s?)", argument)
    if match is None or (match[1] == "1") != (match[3] == ""):
        raise InvalidExpression(f"rate({argument}): give a number and a unit, such as 1 minute or 5 minutes")
    return int(match[1]) * UNITS[match[2]]


def _moment(argument: str) -> datetime:
    try:
        return datetime.strptime(argument, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise InvalidExpression(f"at({argument}): give a time such as 2026-12-31T23:59:59") from None
