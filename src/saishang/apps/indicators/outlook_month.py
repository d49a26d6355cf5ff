"""The running month so far: what every place had by the run's day, and the same days of an earlier year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from saishang.apps.indicators.outlook import Before
from saishang.apps.indicators.outlook_data import BASES, RunDays
from saishang.rules import Rules
from saishang.science.periods import month_end

__all__ = ["MonthSoFar", "month_so_far"]


@dataclass(frozen=True)
class MonthSoFar:
    """One place in the month of the run's day.

    Attributes
    ----------
    first, elapsed, left:
        First day of the month, days so far, days of the month still to come.
    values, days:
        Parameter → mean of the valid days [µg/m³] (of a region the mean of its cities, each of which needs a day; None
        else), and valid days (of a region over its cities).
    before:
        Parameter → the same of the newest earlier year that has enough of these days in every city.
    good, counted:
        Good days and days that count (of a region over its cities), on the basis's kind of good days.
    dust:
        Confirmed sand-dust days of the month (of a region over its cities).
    """

    place: str
    first: date
    elapsed: int
    left: int
    values: dict[str, Fraction | None]
    days: dict[str, int]
    before: dict[str, Before | None]
    good: int
    counted: int
    dust: int


def month_so_far(rules: Rules, days: RunDays, place: str, basis: str, parameters: Sequence[str]) -> MonthSoFar:
    """The month of the run's day, from its first day to that day.

    Raises
    ------
    KeyError
        For a basis that is not one of `BASES`.
    """
    cities = days.cities if place == days.region else (place,)
    first, last = days.as_of.replace(day=1), days.as_of
    spans = {parameter: [days.span(city, parameter, basis, first, last) for city in cities] for parameter in parameters}
    counts = [days.good_days(city, BASES[basis], first, last) for city in cities]
    return MonthSoFar(
        place=place,
        first=first,
        elapsed=last.day,
        left=month_end(first.year, first.month).day - last.day,
        values={parameter: _mean([list(span.values()) for span in found]) for parameter, found in spans.items()},
        days={parameter: sum(len(span) for span in found) for parameter, found in spans.items()},
        before={parameter: _before(rules, days, cities, parameter, basis) for parameter in parameters},
        good=sum(good for good, _counted in counts),
        counted=sum(counted for _good, counted in counts),
        dust=sum(first <= day <= last for city in cities for day in days.dust.get(city, ())),
    )


def _mean(values: Sequence[Sequence[Fraction]]) -> Fraction | None:
    """Mean over places of the means of their days; None unless every place has a day."""
    if not values or not all(values):
        return None
    return sum((sum(each, Fraction(0)) / len(each) for each in values), Fraction(0)) / len(values)


def _before(rules: Rules, days: RunDays, cities: Sequence[str], parameter: str, basis: str) -> Before | None:
    rule = rules.document("outlook")["outlook"]["reference"]
    least = int(rule["least_share_percent"])
    for back in range(1, int(rule["years_back"]) + 1):
        year = days.as_of.year - back
        first = date(year, days.as_of.month, 1)
        # 29 February has no like in other years: its month is held against the 28 days of theirs.
        last = min(first + timedelta(days=days.as_of.day - 1), month_end(year, first.month))
        whole = (last - first).days + 1
        measured = [days.span(city, parameter, "measured", first, last) for city in cities]
        spans = [list(days.span(city, parameter, basis, first, last).values()) for city in cities]
        value = _mean(spans)
        if value is not None and all(100 * len(span) >= least * whole for span in measured):
            return Before(year, value, sum(len(span) for span in spans))
    return None
