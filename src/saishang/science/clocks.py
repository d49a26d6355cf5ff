"""Clocks of petitions, disclosure and damage compensation: due days by the calendar and by working days.

Periods count from the day after the event. Working days need the holiday calendar of the State Council; for a year
that is not loaded only the weekends are known, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from saishang.rules import Rules
from saishang.science.numbers import InputError

__all__ = ["DayOff", "DueDay", "WorkingDays", "read_day", "rule_group", "working_days"]

#: What becomes of a due day on which nobody works: it stays, or moves to the working day after or before it.
DayOff = Literal["keep", "next", "previous"]

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
        return self._walk(start, count, timedelta(days=1))

    def before(self, end: date, count: int) -> DueDay:
        """The `count`-th working day before `end`, which itself does not count."""
        return self._walk(end, count, timedelta(days=-1))

    def _walk(self, day: date, left: int, step: timedelta) -> DueDay:
        complete = True
        while left:
            day += step
            complete = complete and day.year in self.years
            left -= self.is_working(day)
        return DueDay(day, complete)

    def shift(self, day: date, rule: DayOff) -> DueDay:
        """Where a due day falls that may be one on which nobody works.

        民法典 article 203 moves the end of a period to the day after the holiday (`next`); a day that a document names
        itself stays (`keep`), and whoever wants it done before chooses `previous`.
        """
        complete = rule == "keep" or day.year in self.years
        if rule == "keep" or self.is_working(day):
            return DueDay(day, complete)
        moved = self.after(day, 1) if rule == "next" else self.before(day, 1)
        return DueDay(moved.day, complete and moved.complete)

    def left(self, today: date, due: date) -> int:
        """Working days from `today` up to `due`, which itself does not count; 0 when it is today or past."""
        return sum(self.is_working(date.fromordinal(n)) for n in range(today.toordinal(), due.toordinal()))

    def late(self, due: date, today: date) -> int:
        """Working days after `due` up to `today`, with today; 0 when it is not past."""
        return sum(self.is_working(date.fromordinal(n)) for n in range(due.toordinal() + 1, today.toordinal() + 1))


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
