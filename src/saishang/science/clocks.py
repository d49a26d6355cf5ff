"""Clocks of petitions, disclosure and damage compensation: due days by the calendar and by working days.

Periods count from the day after the event. Working days need the holiday calendar of the State Council; for a year
that is not loaded only the weekends are known, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from saishang.rules import Rules
from saishang.science.numbers import InputError

__all__ = ["DueDay", "WorkingDays", "read_day", "rule_group", "working_days"]

_DOCUMENT = "standards/governance/clocks"
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day on which something is due; `complete` False when a year's holidays on the way are not known."""

    day: date
    complete: bool


@dataclass(frozen=True)
class WorkingDays:
    """Holidays and worked weekends of the years that are known."""

    off: frozenset[date]
    work: frozenset[date]
    years: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Whether people are at work that day."""
        return day in self.work or (day.weekday() <= _FRIDAY and day not in self.off)

    def after(self, start: date, count: int) -> DueDay:
        """The `count`-th working day after `start`, which itself does not count."""
        day, left, complete = start, count, True
        while left:
            day += timedelta(days=1)
            complete = complete and day.year in self.years
            left -= self.is_working(day)
        return DueDay(day, complete)


def rule_group(rules: Rules, name: str) -> Mapping[str, Any]:
    """Values of one group of the clocks."""
    found: Mapping[str, Any] = rules.document(_DOCUMENT)["groups"][name]["values"]
    return found


def working_days(rules: Rules) -> WorkingDays:
    """The calendar of working days, as far as years are loaded."""
    off: set[date] = set()
    work: set[date] = set()
    years = rule_group(rules, "holidays")
    for year, days in years.items():
        for span in days["off"]:
            first, _, last = str(span).partition("..")
            day, end = (date.fromisoformat(f"{year}-{text}") for text in (first, last or first))
            while day <= end:
                off.add(day)
                day += timedelta(days=1)
        work |= {date.fromisoformat(f"{year}-{text}") for text in days["work"]}
    return WorkingDays(frozenset(off), frozenset(work), frozenset(int(year) for year in years))


def read_day(value: object, name: str) -> date:
    """A day written as 2026-11-23 (also 2026/11/23, 2026年11月23日).

    Raises
    ------
    InputError
        For anything else.
    """
    text = str(value).strip().replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
    parts = text.partition("T")[0].split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError:
        raise InputError(f"{name} must be a day, got {str(value)[:30]!r}.", fix="Write it as 2026-11-23.") from None
