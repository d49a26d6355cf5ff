"""Names of periods and the days they hold, by hand from a calendar."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.science.periods import days_between, month_end, months_between, period_span, periods_between


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("2019", date(2019, 1, 1), date(2020, 1, 1)),
        ("2019-Q1", date(2019, 1, 1), date(2019, 4, 1)),
        ("2019-Q4", date(2019, 10, 1), date(2020, 1, 1)),
        ("2020-02", date(2020, 2, 1), date(2020, 3, 1)),
        ("2019-12", date(2019, 12, 1), date(2020, 1, 1)),
        ("2019-12-31", date(2019, 12, 31), date(2020, 1, 1)),
        ("2019-01..2019-09", date(2019, 1, 1), date(2019, 10, 1)),
        ("2019-01..2019-09-15", date(2019, 1, 1), date(2019, 9, 16)),
    ],
)
def test_spans(name: str, begin: date, end: date) -> None:
    assert period_span(name) == (begin, end)


@pytest.mark.parametrize("name", ["", "last year", "2019-13", "2019-Q5", "2019-02-30", "2019-Q"])
def test_what_names_no_period_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        period_span(name)


def test_months_between() -> None:
    assert months_between(date(2018, 12, 31), date(2019, 2, 1)) == ["2018-12", "2019-01"]
    assert months_between(date(2019, 2, 1), date(2019, 2, 2)) == ["2019-02"]
    assert months_between(date(2019, 2, 1), date(2019, 2, 1)) == []


def test_ends() -> None:
    assert (month_end(2020, 2), month_end(2019, 2)) == (date(2020, 2, 29), date(2019, 2, 28))
    assert list(days_between(date(2020, 2, 28), date(2020, 3, 1))) == [
        date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("last", "to_date"),
    [
        (date(2026, 11, 30), [("2026-01..2026-11", date(2026, 11, 30))]),
        (date(2026, 12, 1), [("2026-01..2026-12", date(2026, 12, 1))]),
        (date(2026, 12, 30), [("2026-01..2026-12", date(2026, 12, 30))]),
        (date(2026, 12, 31), []),  # the year is over: it is told as a year
        (date(2024, 2, 29), [("2024-01..2024-02", date(2024, 2, 29))]),
    ],
)
def test_the_running_year_is_told_to_date_until_its_last_day(last: date, to_date: list[tuple[str, date]]) -> None:
    found = [period for period in periods_between(date(last.year, 1, 1), last) if period.kind == "to_date"]
    assert [(period.name, period.last) for period in found] == to_date
    assert all(period.first == date(last.year, 1, 1) for period in found)
