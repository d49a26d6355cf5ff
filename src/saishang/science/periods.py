"""Periods of the calendar by name: `2019`, `2019-Q1`, `2019-03`, `2019-03-05`, `2019-01..2019-09`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

__all__ = [
    "KINDS",
    "Period",
    "days_between",
    "month_end",
    "months_between",
    "months_later",
    "period_span",
    "periods_between",
    "running_months",
]

#: Kinds of periods, shortest first.
KINDS = ("month", "quarter", "year", "to_date")


@dataclass(frozen=True)
class Period:
    """One period: kind, name (`2019-03`, `2019-Q1`, `2019`, `2019-01..2019-09`) and its days, both inclusive."""

    kind: str
    name: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """Calendar days of the whole period."""
        return (self.last - self.first).days + 1

    @property
    def months(self) -> tuple[int, ...]:
        """Its months as numbers, 201903; a period lies within one year."""
        return tuple(self.first.year * 100 + month for month in range(self.first.month, self.last.month + 1))

    @property
    def year_before(self) -> str:
        """Name of the same period a year before."""
        return self.name.replace(str(self.first.year), str(self.first.year - 1))


def periods_between(first: date, last: date, to_date: Sequence[int] | None = None) -> Iterator[Period]:
    """Every month, quarter, year and year to date that has at least one day from `first` to `last`.

    Parameters
    ----------
    to_date:
        Months that end a year-to-date period; None = those of `running_months(last)`.
    """
    if to_date is None:
        to_date = running_months(last)
    for year in range(first.year, last.year + 1):
        found = [Period("month", f"{year}-{month:02d}", date(year, month, 1), month_end(year, month))
                 for month in range(1, 13)]  # fmt: skip
        for quarter in range(1, 5):
            begin, end = _quarter_months(quarter)
            found.append(Period("quarter", f"{year}-Q{quarter}", date(year, begin, 1), month_end(year, end)))
        found.append(Period("year", str(year), date(year, 1, 1), date(year, 12, 31)))
        for month in to_date:
            if date(year, month, 1) <= last:
                name = f"{year}-01..{year}-{month:02d}"
                found.append(Period("to_date", name, date(year, 1, 1), min(month_end(year, month), last)))
        yield from (period for period in found if period.first <= last and period.last >= first)


def running_months(last: date) -> tuple[int, ...]:
    """The month that ends a year to date on a day, as `periods_between` takes it: none where the year is over.

    In December too the year runs until its last day.

    >>> running_months(date(2026, 12, 30)), running_months(date(2026, 12, 31))
    ((12,), ())
    """
    return () if (last.month, last.day) == (12, 31) else (last.month,)


def month_end(year: int, month: int) -> date:
    """Last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def _quarter_months(quarter: int) -> tuple[int, int]:
    return 3 * quarter - 2, 3 * quarter


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both inclusive."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def months_between(begin: date, end: date) -> list[str]:
    """Months `2019-03` that hold a day from `begin` up to, without, `end`."""
    if begin >= end:
        return []
    last = end - timedelta(days=1)
    first_number, last_number = begin.year * 12 + begin.month - 1, last.year * 12 + last.month - 1
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(first_number, last_number + 1)]


def period_span(period: str) -> tuple[date, date]:
    """First day of a named period and the day after its last.

    Raises
    ------
    ValueError
        For a text that names no period.
    """
    first, _, last = period.partition("..")
    begin, end = _span(first)
    return (begin, _span(last)[1]) if last else (begin, end)


def _span(text: str) -> tuple[date, date]:
    parts = text.split("-")
    year, day = int(parts[0]), timedelta(days=1)
    if len(parts) == 1:
        return date(year, 1, 1), date(year + 1, 1, 1)
    if len(parts) == 3:
        found = date(year, int(parts[1]), int(parts[2]))
        return found, found + day
    quarter = parts[1].startswith("Q")
    begin, end = _quarter_months(int(parts[1][1:])) if quarter else (int(parts[1]), int(parts[1]))
    return date(year, begin, 1), month_end(year, end) + day


def months_later(day: date, months: int) -> date:
    """The same day `months` later; the last of the month where that day does not exist."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
