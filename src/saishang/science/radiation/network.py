"""Automatic radiation stations over time: days and months that count, the background of a day, alarms, sums of bands.

Nothing here is rounded: values are exact (`Fraction`), compared exactly, and rounded by who shows them. What is missing
makes a day short and its verdict None; it never makes it pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError
from saishang.science.periods import days_between
from saishang.science.radiation.background import AlarmRule, Background, background_from_sums, runs_above
from saishang.science.radiation.emf import EmfLimits, Limits

__all__ = [
    "BandStation", "FieldDay", "GammaAlarm", "GammaDay", "GammaSeries", "StationRule", "SumDay", "band_limits",
    "enough", "field_days", "gamma_series", "sum_days",
]  # fmt: skip

GammaState = Literal["normal", "alarm", "rain", "undetermined"]
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StationRule:
    """Share of expected values from which a day or month counts [%]; days and least hours of a background; rain [h]."""

    capture_percent: int
    window_days: int
    window_hours: int
    rain_hours: int


@dataclass(frozen=True, slots=True)
class GammaDay:
    """A day of a gamma station [nGy/h].

    Attributes
    ----------
    background:
        Of this day, from the hours before it; None while there are too few of them.
    reason:
        Why the day has no verdict: `no_data`, `hours_short`, `history_short`; empty otherwise.
    """

    day: date
    mean: Fraction | None
    maximum: Fraction | None
    present: int
    expected: int
    valid: bool
    background: Background | None
    window_hours: int
    state: GammaState
    reason: str


@dataclass(frozen=True, slots=True)
class GammaAlarm:
    """Hours in a row above the level of their day; `rain` None = nothing is known of rain; `going_on` at the end."""

    start: datetime
    end: datetime
    hours: int
    peak: Fraction
    background: Background
    rain: bool | None
    going_on: bool


@dataclass(frozen=True)
class GammaSeries:
    """Days and alarms of a station."""

    days: tuple[GammaDay, ...]
    alarms: tuple[GammaAlarm, ...]


@dataclass(frozen=True, slots=True)
class FieldDay:
    """A day of an electromagnetic station [V/m]; `attains` None = no verdict, for the reason given."""

    day: date
    minutes: int
    mean: Fraction | None
    maximum: Fraction | None
    maximum_at: datetime | None
    present: int
    expected: int
    over: int | None
    attains: bool | None
    valid: bool
    reason: str


@dataclass(frozen=True, slots=True)
class BandStation:
    """A station that measures one band at a site: edges [Hz], square of the band's strictest limit, values by start."""

    code: str
    low: Fraction
    high: Fraction
    square: Fraction
    values: Mapping[datetime, Fraction]


@dataclass(frozen=True, slots=True)
class SumDay:
    """A day of the sum over the bands of a site; the sum may be at most 1 (GB 8702-2014)."""

    day: date
    maximum: Fraction | None
    maximum_at: datetime | None
    present: int
    expected: int
    over: int
    attains: bool | None
    valid: bool
    reason: str


def enough(present: int, expected: int, rule: StationRule) -> bool:
    """Whether so many of the expected values are there that the day or month counts."""
    return expected > 0 and 100 * present >= rule.capture_percent * expected


def gamma_series(
    values: Mapping[datetime, Fraction], first: date, last: date, rule: StationRule, alarm: AlarmRule, *,
    background_from: date | None = None, rain: Mapping[datetime, bool] | None = None,
) -> GammaSeries:  # fmt: skip
    """Days with their background and verdict, and every alarm.

    The background of a day is made of the valid hours of the `window_days` before it, without the hours of alarms that
    were confirmed when the day began; so what is judged never makes its own yardstick, and no later hour changes it.

    Parameters
    ----------
    values:
        Beginning of the hour → usable value [nGy/h].
    first, last:
        Days on which the station measured.
    background_from:
        Day from which hours make a background (a move or a new instrument); None = all.
    rain:
        Hour → whether rain fell in it or shortly before; hours that are not in it are not known.
    """
    known, sums = sorted(hour for hour in values if first <= hour.date() <= last), _Sums(values)
    by_day: dict[date, list[datetime]] = {}
    for hour in known:
        by_day.setdefault(hour.date(), []).append(hour)
    levels: dict[date, tuple[Background | None, int]] = {}
    streak: list[datetime] = []
    for day in days_between(first, last):
        begin = max(day - timedelta(days=rule.window_days), background_from or date.min)
        n, total, squares = sums.over(begin, day)
        # A background may be asked for only where hours lie behind it; the day of a new instrument starts with none.
        made = background_from_sums(n, total, squares, alarm) if n >= max(rule.window_hours, 2) else None
        levels[day] = (made, n)
        touched: set[date] = {day}
        for hour in by_day.get(day, ()):
            high = made is not None and values[hour] > made.level
            if not high or (streak and hour - streak[-1] != _HOUR):
                streak = []
            if high:
                streak.append(hour)
                if len(streak) >= alarm.in_a_row:
                    touched |= {known_hour.date() for known_hour in streak}
                    sums.without.update(streak)
        for other in touched:
            sums.settle(other, by_day.get(other, ()))
    alarms = tuple(_alarms(values, known, levels, alarm, rain))
    return GammaSeries(tuple(_gamma_days(values, by_day, levels, alarms, first, last, rule)), alarms)


class _Sums:
    """Number, sum and sum of squares of the hours of every day, without the hours of confirmed alarms."""

    def __init__(self, values: Mapping[datetime, Fraction]) -> None:
        self.values = values
        self.without: set[datetime] = set()
        self.days: dict[date, tuple[int, Fraction, Fraction]] = {}

    def settle(self, day: date, hours: Iterable[datetime]) -> None:
        kept = [self.values[hour] for hour in hours if hour not in self.without]
        if kept or day in self.days:  # years without a value must cost nothing
            squares = sum((value * value for value in kept), Fraction(0))
            self.days[day] = (len(kept), sum(kept, Fraction(0)), squares)

    def over(self, begin: date, end: date) -> tuple[int, Fraction, Fraction]:
        """From `begin` up to, without, `end`."""
        found = [self.days[day] for day in days_between(begin, end - _DAY) if day in self.days] if begin < end else []
        return (
            sum(n for n, _, _ in found),
            sum((total for _, total, _ in found), Fraction(0)),
            sum((squares for _, _, squares in found), Fraction(0)),
        )


def _alarms(
    values: Mapping[datetime, Fraction], known: Sequence[datetime],
    levels: Mapping[date, tuple[Background | None, int]], alarm: AlarmRule, rain: Mapping[datetime, bool] | None,
) -> Iterator[GammaAlarm]:  # fmt: skip
    if not known:
        return
    # Every hour has its place, so that a missing one ends a run.
    count = (known[-1] - known[0]) // _HOUR + 1
    hours = [known[0] + index * _HOUR for index in range(count)]
    backgrounds = [levels[hour.date()][0] for hour in hours]
    found = runs_above(
        [values.get(hour) for hour in hours], [None if made is None else made.level for made in backgrounds], alarm
    )
    for run in found:
        inside = hours[run.first : run.last + 1]
        told = [rain[hour] for hour in inside if hour in rain] if rain is not None else []
        made = backgrounds[run.first]
        if made is None:  # an hour above a level has one
            raise InputError("An alarm without a background.", fix="This is a fault of the program, please report it.")
        yield GammaAlarm(
            start=inside[0], end=inside[-1] + _HOUR, hours=len(inside), peak=run.highest, background=made,
            rain=any(told) if told else None, going_on=run.last == count - 1,
        )  # fmt: skip


def _gamma_days(
    values: Mapping[datetime, Fraction], by_day: Mapping[date, Sequence[datetime]],
    levels: Mapping[date, tuple[Background | None, int]], alarms: Sequence[GammaAlarm], first: date, last: date,
    rule: StationRule,
) -> Iterator[GammaDay]:  # fmt: skip
    dry: set[date] = set()
    wet: set[date] = set()
    for found in alarms:
        days = days_between(found.start.date(), (found.end - _HOUR).date())
        (wet if found.rain else dry).update(days)
    for day in days_between(first, last):
        numbers = [values[hour] for hour in by_day.get(day, ())]
        valid, (background, hours) = enough(len(numbers), 24, rule), levels[day]
        reason = ""
        if not numbers:
            reason = "no_data"
        elif not valid:
            reason = "hours_short"
        elif background is None:
            reason = "history_short"
        # An alarm stands though hours are missing; that there was none can be said of a whole day only.
        state: GammaState = "normal" if not reason else "undetermined"
        if day in dry or day in wet:
            state = "alarm" if day in dry else "rain"
        yield GammaDay(
            day, sum(numbers, Fraction(0)) / len(numbers) if numbers else None, max(numbers, default=None),
            len(numbers), 24, valid, background, hours, state, reason,
        )  # fmt: skip


def band_limits(limits: EmfLimits, low: Fraction | None, high: Fraction | None) -> Limits | None:
    """Strictest limits of a station's band [Hz]; None when an edge is missing or outside the table."""
    if low is None or high is None:
        return None
    try:
        return limits.over(low, high)
    except InputError:
        return None


def field_days(
    values: Mapping[datetime, tuple[int, Fraction]], first: date, last: date, limits: Limits | None, rule: StationRule
) -> Iterator[FieldDay]:
    """Days of an electromagnetic station against the limit of its band; equal to the limit is not over.

    Parameters
    ----------
    values:
        Beginning → (minutes, field [V/m]). A day with six-minute values is told by these alone: the limit is one of
        six-minute means, and an hour's mean may hide one that is over.
    """
    by_day: dict[date, list[datetime]] = {}
    for start in sorted(values):
        by_day.setdefault(start.date(), []).append(start)
    for day in days_between(first, last):
        starts = by_day.get(day, [])
        minutes = min((values[start][0] for start in starts), default=60)
        found = {start: values[start][1] for start in starts if values[start][0] == minutes}
        expected = 24 * 60 // minutes
        over = None if limits is None else sum(not limits.within("E", value) for value in found.values())
        valid = enough(len(found), expected, rule)
        reason = "no_data" if not found else "hours_short" if not valid else "no_limit" if limits is None else ""
        highest = max(found, key=lambda start: found[start], default=None)  # the first of equal ones
        yield FieldDay(
            day, minutes, sum(found.values(), Fraction(0)) / len(found) if found else None,
            None if highest is None else found[highest], highest, len(found), expected, over,
            False if over else None if reason else True, valid, reason,
        )  # fmt: skip


def sum_days(
    stations: Sequence[BandStation], first: date, last: date, split: Fraction, rule: StationRule, *, minutes: int = 60
) -> Iterator[SumDay]:
    """Sum over the bands measured at one site, interval by interval: linear below `split` [Hz], squares from there.

    An interval counts when every band has its value; one in which the bands that are there exceed 1 already is over all
    the same. A band on both sides of `split` cannot be summed.

    Parameters
    ----------
    minutes:
        Length of the intervals of all bands.
    """
    crossing = any(station.low < split < station.high for station in stations)
    hours: dict[date, list[datetime]] = {}
    for hour in sorted({hour for station in stations for hour in station.values}):
        hours.setdefault(hour.date(), []).append(hour)
    for day in days_between(first, last):
        whole: dict[datetime, Fraction] = {}
        over = 0
        for hour in hours.get(day, ()) if not crossing else ():
            sums = _parts(stations, hour, split)
            top = max(sums)
            over += top > 1
            if all(hour in station.values for station in stations):
                whole[hour] = top
        expected = 24 * 60 // minutes
        valid = enough(len(whole), expected, rule)
        reason = "band_crosses" if crossing else "no_data" if not whole else "" if valid else "hours_short"
        highest = max(whole, key=lambda hour: whole[hour], default=None)
        yield SumDay(
            day, None if highest is None else whole[highest], highest, len(whole), expected, over,
            False if over else None if reason else True, valid, reason,
        )  # fmt: skip


def _parts(stations: Sequence[BandStation], hour: datetime, split: Fraction) -> tuple[Fraction, Fraction]:
    """Sum below and from `split` of what is there; below it a limit is a fraction, so its square has a root."""
    low = high = Fraction(0)
    for station in stations:
        value = station.values.get(hour)
        if value is None:
            continue
        square = value * value / station.square
        if station.high <= split:
            low += _root(square)
        else:
            high += square
    return low, high


def _root(square: Fraction) -> Fraction:
    top, bottom = math.isqrt(square.numerator), math.isqrt(square.denominator)
    if top * top != square.numerator or bottom * bottom != square.denominator:
        raise InputError("A limit below 100 kHz has no exact value.", fix="Check the table of limits.")
    return Fraction(top, bottom)
