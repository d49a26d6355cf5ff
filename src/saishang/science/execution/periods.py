"""Reporting periods (报告期): names, first and last day, and the day by which the report on one is due.

`2026-M10` is October, `2026-Q3` the third quarter, `2026` the year. Due days count working days after the end of the
period (own rule, `rules/execution.yaml`); the year's report is due on a day of the year itself: every December to the
leading group (plan, safeguard 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from saishang.science.clocks import DueDay, WorkingDays
from saishang.science.numbers import InputError

__all__ = [
    "CADENCES",
    "Cadence",
    "Period",
    "ReportRule",
    "due_day",
    "opens_on",
    "period_of",
    "periods_between",
    "read_period",
]

Cadence = Literal["month", "quarter", "year"]
CADENCES: tuple[Cadence, ...] = ("month", "quarter", "year")
_FORM = re.compile(r"(\d{4})(?:-(M(?:0[1-9]|1[0-2])|Q[1-4]))?")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar period: its first and last day (inclusive), its kind and name."""

    first: date
    last: date
    kind: Cadence
    name: str


@dataclass(frozen=True)
class ReportRule:
    """How many working days after a month or quarter, and on which day of the year, reports are due."""

    month: int
    quarter: int
    year: tuple[int, int]
    #: Days before its due day from which on the year's report can be written.
    year_opens: int

    @classmethod
    def from_document(cls, document: Any) -> ReportRule:
        """Read it from `rules/execution.yaml`."""
        told = document["execution"]["reports"]
        return cls(told["month"]["working_days"], told["quarter"]["working_days"],
                   (told["year"]["month"], told["year"]["day"]), told["year"]["opens_days"])  # fmt: skip


def period_of(day: date, kind: Cadence) -> Period:
    """The period of a kind in which a day lies."""
    months = _MONTHS[kind]
    number = (day.month - 1) // months
    first = date(day.year, number * months + 1, 1)
    following = date(day.year + 1, 1, 1) if first.month + months > 12 else date(day.year, first.month + months, 1)
    name = {"month": f"{day.year}-M{day.month:02d}", "quarter": f"{day.year}-Q{number + 1}", "year": f"{day.year}"}
    return Period(first, following - timedelta(days=1), kind, name[kind])


def read_period(text: str) -> Period:
    """A period by its name.

    Raises
    ------
    InputError
        For anything that is no name of a month, quarter or year.
    """
    found = _FORM.fullmatch(text)
    if found is None or found[1] == "0000":
        raise InputError(
            f"expected a period such as 2026-M10, 2026-Q3 or 2026; got {text[:20]!r}", fix="write it like that"
        )
    part = found[2] or ""
    if part.startswith("M"):
        return period_of(date(int(found[1]), int(part[1:]), 1), "month")
    if part.startswith("Q"):
        return period_of(date(int(found[1]), 3 * int(part[1:]), 1), "quarter")
    return period_of(date(int(found[1]), 1, 1), "year")


def periods_between(first: date, last: date, kind: Cadence) -> Iterator[Period]:
    """Periods of a kind that share a day with `first` … `last` (inclusive), in order; none when they are reversed."""
    day = first
    while day <= last:
        found = period_of(day, kind)
        yield found
        day = found.last + timedelta(days=1)


def due_day(period: Period, rule: ReportRule, calendar: WorkingDays) -> DueDay:
    """By which day the report on a period is due; `complete` False where holidays on the way are not known."""
    if period.kind == "year":
        month, day = rule.year
        return DueDay(date(period.first.year, month, day), True)
    return calendar.after(period.last, rule.month if period.kind == "month" else rule.quarter)


def opens_on(period: Period, rule: ReportRule) -> date:
    """From which day on a report on a period is asked for: the day after it, the year's some days before it is due."""
    if period.kind == "year":
        month, day = rule.year
        return date(period.first.year, month, day) - timedelta(days=rule.year_opens)
    return period.last + timedelta(days=1)
