"""rate, cron and at expressions, with the examples of AWS's guides.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.model.cron import Cron, InvalidExpression
from infra.local.model.expressions import ScheduleTimes, parse


def next_time(time: str, expression: str, zone: str = "UTC") -> str | None:
    found = parse(expression, zone)(datetime.fromisoformat(time).replace(tzinfo=UTC))
    return None if found is None else found.strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("fields", "begin", "expected"),
    [
        ("0 10 * * ? *", "2026-01-01 10:00", "2026-01-02 10:00"),
        ("15 12 * * ? *", "2026-01-01 00:00", "2026-01-01 12:15"),
        ("0 18 ? * MON-FRI *", "2026-01-02 18:00", "2026-01-05 18:00"),
        ("0 8 1 * ? *", "2026-01-01 08:00", "2026-02-01 08:00"),
        ("0/15 * * * ? *", "2026-01-01 00:15", "2026-01-01 00:30"),
        ("1/10 * * * ? *", "2026-01-01 00:51", "2026-01-01 01:01"),
        ("0/5 8-17 ? * MON-FRI *", "2026-01-02 17:55", "2026-01-05 08:00"),
        ("0/30 20-2 ? * MON-FRI *", None, "ends before it begins"),
        ("0 9 ? * 2#1 *", "2026-01-01 00:00", "2026-01-05 09:00"),
        ("0 9 ? * TUE#5 *", "2026-01-01 00:00", "2026-03-31 09:00"),
        ("15 10 ? * 6L 2025-2027", "2026-01-01 00:00", "2026-01-30 10:15"),
        ("0 0 L * ? *", "2026-02-01 00:00", "2026-02-28 00:00"),
        ("0 0 L * ? *", "2028-02-01 00:00", "2028-02-29 00:00"),
        ("0 0 3W * ? *", "2026-01-01 00:00", "2026-01-02 00:00"),
        ("0 0 1W * ? *", "2026-08-01 00:00", "2026-08-03 00:00"),
        ("0 0 31W * ? *", "2026-01-31 00:00", "2026-03-31 00:00"),
        ("0 0 31W 5 ? *", "2026-01-31 00:00", "2026-05-29 00:00"),
        ("0 0 LW * ? *", "2026-02-01 00:00", "2026-02-27 00:00"),
        ("0 0 29 FEB ? *", "2026-01-01 00:00", "2028-02-29 00:00"),
        ("0 0 ? * FRI-MON *", "2026-01-05 00:00", "2026-01-09 00:00"),
        ("0 0 ? * L *", "2026-01-01 00:00", "2026-01-03 00:00"),
        ("0 0 1,15 JAN,mar ? *", "2026-01-15 00:00", "2026-03-01 00:00"),
        ("0 0 1 1 ? 2025", "2026-01-01 00:00", None),
        ("0 0 31 2 ? *", "2026-01-01 00:00", None),
    ],
)
def test_the_next_minute_of_a_cron_expression(fields: str, begin: str | None, expected: str | None) -> None:
    if begin is None:
        with pytest.raises(InvalidExpression, match=expected):
            Cron(fields)
        return
    assert next_time(begin, f"cron({fields})") == expected


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 10 * * *)",
        "cron(0 10 * * * *)",
        "cron(0 10 ? * ? *)",
        "cron(60 10 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 10 32 * ? *)",
        "cron(0 10 ? * 8 *)",
        "cron(0 10 ? * MOON *)",
        "cron(0 10 * * ? 1969)",
        "cron(*/0 10 * * ? *)",
        "cron(a 10 * * ? *)",
        "cron()",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "rate(1 week)",
        "rate(1.5 hours)",
        "at(tomorrow)",
        "at(2026-13-01T00:00:00)",
        "hourly",
        "",
    ],
)
def test_an_expression_that_aws_rejects_is_an_error(expression: str) -> None:
    with pytest.raises(InvalidExpression, match=r"; |: give"):
        parse(expression)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rate(1 minute)", "2026-01-01 00:01"),
        ("rate(5 hours)", "2026-01-01 05:00"),
        ("rate(2 days)", "2026-01-03 00:00"),
        ("at(2026-06-01T12:00:00)", "2026-06-01 12:00"),
        ("at(2025-06-01T12:00:00)", None),
    ],
)
def test_the_next_time_of_rate_and_at(expression: str, expected: str | None) -> None:
    assert next_time("2026-01-01 00:00", expression) == expected


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        ("2026-01-01 00:00", "2026-01-01 01:30"),
        ("2026-07-01 00:00", "2026-07-01 00:30"),
        ("2026-03-28 01:30", "2026-03-30 00:30"),  # summer time begins on the 29th and skips 02:30
        ("2026-10-25 00:30", "2026-10-26 01:30"),  # summer time ends on the 25th; the second 02:30 is ignored
    ],
)
def test_a_cron_expression_follows_summer_time_of_its_time_zone(begin: str, expected: str) -> None:
    assert next_time(begin, "cron(30 2 * * ? *)", "Europe/Berlin") == expected


def test_an_unknown_time_zone_is_an_error() -> None:
    with pytest.raises(InvalidExpression, match="the time zone Mars/Base does not exist; use one"):
        parse("rate(1 minute)", "Mars/Base")


def test_a_schedule_ends_at_its_end() -> None:
    times = ScheduleTimes(
        "rate(1 day)", "UTC", datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 7, tzinfo=UTC)
    )
    assert times.next(datetime(2026, 1, 6, tzinfo=UTC)) == datetime(2026, 1, 7, tzinfo=UTC)
    assert times.next(datetime(2026, 1, 7, tzinfo=UTC)) is None


@given(
    st.text("0123456789*?LW#,-/ ", max_size=20)
    | st.tuples(*[st.text("0123456*?L#", max_size=3)] * 6).map(" ".join)
)
def test_any_text_is_an_expression_or_an_error(fields: str) -> None:
    try:
        found = Cron(fields).next(datetime(2026, 1, 1))
    except InvalidExpression:
        return
    assert found is None or found > datetime(2026, 1, 1)
