"""The cron expressions of AWS. Unlike those of Unix, they have six fields and `?`, `L`, `W` and `#`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial

MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
LAST_YEAR = 2199

DayTest = Callable[[date], bool]
"""Whether the expression includes a day."""


class InvalidExpression(Exception):
    """AWS rejects the expression. The message says why, and what to do."""


class Cron:
    """A parsed cron expression. Raises InvalidExpression for one that AWS rejects."""

    def __init__(self, fields: str) -> None:
        parts = fields.upper().split()
        if len(parts) != 6:
            raise InvalidExpression(
                f"cron({fields}) has {len(parts)} fields; give six, of which the last is the year"
            )
        minutes, hours, days, months, weekdays, years = parts
        if [days, weekdays].count("?") != 1:
            raise InvalidExpression(
                f"cron({fields}): exactly one of day-of-month and day-of-week must be ?; correct it"
            )
        self._minutes, self._hours = _numbers(minutes, 0, 59), _numbers(hours, 0, 23)
        self._months, self._years = _numbers(months, 1, 12, MONTHS), _numbers(years, 1970, LAST_YEAR)
        self._is_day = _day_of_month(days) if weekdays == "?" else _day_of_week(weekdays)

    def next(self, after: datetime) -> datetime | None:
        """The first minute after `after` that matches the expression, or None."""
        first = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
        day = first.date()
        while day.year <= max(self._years):
            if day.year in self._years and day.month in self._months and self._is_day(day):
                for hour in sorted(self._hours):
                    for minute in sorted(self._minutes):
                        found = datetime(day.year, day.month, day.day, hour, minute)
                        if found >= first:
                            return found
            day += timedelta(days=1)
        return None


def _numbers(field: str, least: int, most: int, names: Mapping[str, int] | None = None) -> frozenset[int]:
    """The numbers that match a field: `*`, lists, ranges and steps."""
    return frozenset().union(*(_item(item, least, most, names or {}) for item in field.split(",")))


def _item(item: str, least: int, most: int, names: Mapping[str, int]) -> range:
    span, slash, step = item.partition("/")
    first, dash, last = span.partition("-")
    number = partial(_number, item=item, least=least, most=most, names=names)
    if span == "*":
        begin, end = least, most
    else:
        begin = number(first)
        end = number(last) if dash else most if slash else begin
    if begin > end and names is WEEKDAYS:  # a range over the end of the week, such as FRI-MON
        end += 7
    if begin > end:
        raise InvalidExpression(f"{item!r} ends before it begins; correct it")
    if slash and not re.fullmatch("[1-9][0-9]*", step):
        raise InvalidExpression(f"{item!r}: the step is not a positive number; correct it")
    return range(begin, end + 1, int(step) if slash else 1)


def _number(text: str, item: str, least: int, most: int, names: Mapping[str, int]) -> int:
    number = names.get(text, int(text) if re.fullmatch("[0-9]+", text) else -1)
    if not least <= number <= most:
        raise InvalidExpression(f"{item!r} is not between {least} and {most}; correct it")
    return number


def _day_of_month(field: str) -> DayTest:
    if field in ("L", "LW"):
        return lambda day: (
            day.day == _last_day(day) if field == "L" else day == _nearest_weekday(day, _last_day(day))
        )
    if nearest := re.fullmatch("([0-9]+)W", field):
        number = _number(nearest[1], field, 1, 31, {})
        return lambda day: number <= _last_day(day) and day == _nearest_weekday(day, number)
    days = _numbers(field, 1, 31)
    return lambda day: day.day in days


def _day_of_week(field: str) -> DayTest:
    if last := re.fullmatch("([1-7A-Z]{1,3})L|L", field):
        number = _number(last[1], field, 1, 7, WEEKDAYS) if last[1] else 7
        if not last[1]:
            return lambda day: _weekday(day) == 7
        return lambda day: _weekday(day) == number and day.day > _last_day(day) - 7
    if which := re.fullmatch("([1-7A-Z]{1,3})#([1-5])", field):
        weekday, place = _number(which[1], field, 1, 7, WEEKDAYS), int(which[2])
        return lambda day: _weekday(day) == weekday and (day.day - 1) // 7 + 1 == place
    weekdays = {(number - 1) % 7 + 1 for number in _numbers(field, 1, 7, WEEKDAYS)}
    return lambda day: _weekday(day) in weekdays


def _weekday(day: date) -> int:
    """The number of a day's weekday; 1 is Sunday."""
    return day.isoweekday() % 7 + 1


def _last_day(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, number: int) -> date:
    """The day from Monday to Friday in the same month that is nearest to day `number` of the month."""
    wanted = day.replace(day=number)
    if wanted.isoweekday() == 6:
        return wanted + timedelta(days=2 if number == 1 else -1)
    if wanted.isoweekday() == 7:
        return wanted - timedelta(days=2) if number == _last_day(day) else wanted + timedelta(days=1)
    return wanted
