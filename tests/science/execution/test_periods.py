"""Periods and due days, from the calendar on the wall."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.rules import load_rules
from saishang.science.clocks import working_days
from saishang.science.execution.periods import ReportRule, due_day, opens_on, period_of, periods_between, read_period
from saishang.science.numbers import InputError

RULE = ReportRule(5, 10, (12, 31), 60)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026-M01", date(2026, 1, 1), date(2026, 1, 31)),
        ("2024-M02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-M12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_name_says_first_and_last_day(name: str, first: date, last: date) -> None:
    found = read_period(name)
    assert (found.first, found.last, found.name) == (first, last, name)
    for day in (first, last):
        assert period_of(day, found.kind) == found


@pytest.mark.parametrize("name", ["", "2026-M13", "2026-M00", "2026-Q5", "2026-Q0", "26", "2026-10", "2026M10", "0000"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="expected a period"):
        read_period(name)


def test_periods_that_share_a_day_with_a_stretch() -> None:
    names = [one.name for one in periods_between(date(2025, 11, 30), date(2026, 2, 1), "month")]
    assert names == ["2025-M11", "2025-M12", "2026-M01", "2026-M02"]
    assert [one.name for one in periods_between(date(2025, 12, 31), date(2026, 4, 1), "quarter")] == [
        "2025-Q4", "2026-Q1", "2026-Q2",
    ]  # fmt: skip
    assert not list(periods_between(date(2026, 1, 2), date(2026, 1, 1), "year"))


@pytest.mark.parametrize(
    ("name", "due", "complete"),
    [
        # September 2026 ends on a Wednesday; 1 to 7 October are holidays, Saturday 10 October is worked:
        # working days are 8, 9, 10, 12, 13 October.
        ("2026-M09", date(2026, 10, 13), True),
        # October ends on a Saturday: 2 to 6 November.
        ("2026-M10", date(2026, 11, 6), True),
        # The third quarter: 8, 9, 10, 12, 13, 14, 15, 16, 19, 20 October.
        ("2026-Q3", date(2026, 10, 20), True),
        # The holidays of 2027 are not published: only weekends are known.
        ("2026-M12", date(2027, 1, 7), False),
        ("2026", date(2026, 12, 31), True),
    ],
)
def test_due_days_on_the_chinese_working_calendar(name: str, due: date, complete: bool) -> None:
    found = due_day(read_period(name), RULE, working_days(load_rules()))
    assert (found.day, found.complete) == (due, complete)


def test_the_rule_is_read_from_the_rules() -> None:
    assert ReportRule.from_document(load_rules().document("execution")) == RULE


@pytest.mark.parametrize(
    ("name", "opens"),
    [("2026-M10", date(2026, 11, 1)), ("2026-Q3", date(2026, 10, 1)), ("2026", date(2026, 11, 1))],
)
def test_a_report_is_asked_for_after_its_period_and_the_years_in_november(name: str, opens: date) -> None:
    assert opens_on(read_period(name), RULE) == opens  # 60 days before 31 December is 1 November
