"""What is needed: for every place and item of a run, what the rest of the year still affords, and what cost most.

Reads a finished run and nothing newer: the same run gives the same answers. The arithmetic is `science.outlook`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.conf import settings

from saishang.apps.indicators import queries
from saishang.apps.indicators.outlook_data import BASES, RunDays, hour_sums, run_days, station_values
from saishang.apps.indicators.outlook_marks import (
    POLLUTANT,
    Mark,
    good_day_mark,
    indicator_of,
    mark_of,
    next_goals,
)
from saishang.errors import SaishangError
from saishang.rules import Rules, load_rules
from saishang.science.air.from_rules import validity_rules
from saishang.science.air.series.rules import STATISTICS
from saishang.science.numbers import exact, exact_text
from saishang.science.outlook.allowance import (
    DayAllowance,
    PercentileAllowance,
    good_day_allowance,
    percentile_allowance,
)
from saishang.science.outlook.bounds import Bound
from saishang.science.outlook.cost import Cost, DustCost, cost_by_day, cost_by_hour, cost_by_station, dust_cost
from saishang.science.outlook.coverage import YearCoverage, days_to_come, year_coverage
from saishang.science.outlook.needed import NeededMean, NeededMonth, Part, needed_by_month, needed_mean
from saishang.science.percentile import percentile
from saishang.science.rounding import round_half_even

__all__ = [
    "MAIN",
    "Before",
    "Costs",
    "GoodDays",
    "Item",
    "Mark",
    "Outlook",
    "costs",
    "outlook",
    "plain",
]

#: The six figures of the standard's yearly evaluation that head a page: means, and the percentiles of CO and ozone.
MAIN = (("PM2.5", "mean"), ("PM10", "mean"), ("SO2", "mean"), ("NO2", "mean"), ("CO", "p95"), ("O3_8H", "p90"))


class NoOutlook(SaishangError):
    """There is nothing of that name to look out for."""

    code = "no-outlook"


@dataclass(frozen=True)
class Before:
    """An earlier year: its figure over the same days [unit], and the days behind it."""

    year: int
    value: Fraction
    days: int


@dataclass(frozen=True)
class Item:
    """One figure of one place in the year of the run.

    Attributes
    ----------
    place, scope:
        Code of the city or region.
    period:
        The run's name of the period behind it; with `indicator` it leads to the chain of the figure.
    answer:
        None where there is nothing to answer: no valid day this year, or the mean of several cities' percentiles.
    to_date, figure:
        Figure of the days so far [unit], and rounded as the standard says; None without a valid day.
    missing, masked, left:
        Days so far without a valid value, sand-dust days left out, days to come (of a region, over its cities).
    before:
        The same days of the year before; None without any.
    rest:
        What the remaining days were like in the newest earlier year that has them, as one figure.
    factor, months:
        The needed average in the shape of that year: months, and the factor on them.
    coverage:
        Whether the year can still be valid; of a region, None.
    """

    place: str
    scope: str
    parameter: str
    statistic: str
    basis: str
    unit: str
    mark: Mark
    answer: NeededMean | PercentileAllowance | None
    to_date: Fraction | None
    figure: Decimal | None
    indicator: str
    period: str
    days: int
    missing: int
    masked: int
    left: int
    before: Before | None
    rest: Before | None
    factor: Fraction | None
    months: tuple[NeededMonth, ...]
    coverage: YearCoverage | None
    bound: Bound
    ceiling: Fraction | None = None
    #: Parts of the arithmetic: one place, or the cities of the region.
    parts: tuple[tuple[str, Part], ...] = ()


@dataclass(frozen=True)
class GoodDays:
    """Good days of one place so far, and the polluted days still afforded; `deducted` as in assessment."""

    place: str
    scope: str
    basis: str
    mark: Mark | None
    answer: DayAllowance | None
    good: int
    valid: int
    deducted: int
    left: int
    figure: Decimal | None
    indicator: str
    period: str
    before: tuple[int, int, int] | None


@dataclass(frozen=True)
class Outlook:
    """Everything about one basis: items and good days of all places asked for, dust of the cities."""

    run: str
    as_of: date
    basis: str
    items: tuple[Item, ...]
    good_days: tuple[GoodDays, ...]
    #: (city, parameter) → what sand and dust cost the mean so far.
    dust: Mapping[tuple[str, str], DustCost]
    #: City → dust days that nobody has decided yet.
    undecided: Mapping[str, int]

    def item(self, place: str, parameter: str, statistic: str) -> Item | None:
        """One figure of one place."""
        return next(
            (i for i in self.items if (i.place, i.parameter, i.statistic) == (place, parameter, statistic)), None
        )


@dataclass(frozen=True)
class Costs:
    """What cost a city's mean most: parts in `mean − target` [unit] by day, station and hour of the day."""

    place: str
    parameter: str
    basis: str
    target: Decimal
    distance: Fraction
    days: tuple[Cost[date], ...]
    stations: tuple[Cost[str], ...]
    hours: tuple[Cost[int], ...]


def outlook(
    identifier: str,
    *,
    basis: str = "dust_removed",
    places: Sequence[str] | None = None,
    statistics: Sequence[tuple[str, str]] = MAIN,
    marks: str = "goal",
    own: Mapping[str, Decimal] | None = None,
    good_days: Decimal | None = None,
) -> Outlook:
    """Look out over the rest of the run's year.

    Parameters
    ----------
    identifier:
        Run, or `latest`.
    basis:
        `measured` or `dust_removed` (the good days of the latter are those of assessment).
    places:
        Cities and regions; default the run's region and its cities.
    statistics:
        (parameter, statistic) pairs of HJ 663's yearly evaluation.
    marks:
        `goal`: the plan's next goal where it has one for the indicator, else the standard's class-2 limit; `limit`:
        always the limit.
    own:
        Parameter → figure to hold the year against instead [unit].
    good_days:
        Share of good days to hold the year against [%]; default the plan's goal, else the newest earlier figure.

    Raises
    ------
    NoOutlook
        For a place, basis or statistic that the run does not have.
    """
    days = run_days(identifier)
    rules = load_rules(settings.CONFIG.rules_overlay)
    if places is None and not own and tuple(statistics) == MAIN:
        return _whole(str(settings.CONFIG.runs), rules.digest, days.run, basis, marks, good_days)
    return _outlook(rules, days, basis, places, statistics, marks, own, good_days)


@lru_cache(maxsize=12)
def _whole(
    _folder: str, _digest: str, identifier: str, basis: str, marks: str, good_days: Decimal | None
) -> Outlook:  # fmt: skip
    # All it rests on is sealed with the run or stands in the rules, so the same question has the same answer.
    rules = load_rules(settings.CONFIG.rules_overlay)
    return _outlook(rules, run_days(identifier), basis, None, MAIN, marks, None, good_days)


def _outlook(
    rules: Rules, days: RunDays, basis: str, places: Sequence[str] | None, statistics: Sequence[tuple[str, str]],
    marks: str, own: Mapping[str, Decimal] | None, good_days: Decimal | None,
) -> Outlook:  # fmt: skip
    asked = tuple(places) if places is not None else (days.region, *days.cities)
    _check(days, basis, asked, statistics)
    goals = next_goals(days) if marks == "goal" else {}
    items = []
    for parameter, statistic in statistics:
        for place in asked:
            mark = mark_of(rules, days, parameter, statistic, goals.get(place, {}), own or {})
            items.append(_item(rules, days, place, parameter, statistic, basis, mark))
    cities = [place for place in asked if place in days.cities]
    first = date(days.as_of.year, 1, 1)
    return Outlook(
        run=days.run,
        as_of=days.as_of,
        basis=basis,
        items=tuple(items),
        good_days=tuple(
            _good_days(rules, days, place, BASES[basis], good_days, goals.get(place, {})) for place in asked
        ),
        dust={
            (city, parameter): dust_cost(
                days.span(city, parameter, "measured", first, days.as_of), days.dust.get(city, ())
            )
            for city in cities
            for parameter in days.masked
        },
        undecided={city: sum(first <= day <= days.as_of for day in days.proposed.get(city, ())) for city in cities},
    )


def costs(identifier: str, city: str, parameter: str, basis: str, target: Decimal) -> Costs | None:
    """Take a city's to-date mean apart by day, station and hour of the day; None without a valid day.

    Stations and hours are empty where the city's values arrived as such, or hours only where a day is no mean of hours.
    """
    days = run_days(identifier)
    _check(days, basis, [city], [(parameter, "mean")])
    values = days.span(city, parameter, basis, date(days.as_of.year, 1, 1), days.as_of)
    if not values:
        return None
    goal, wanted = exact(target), frozenset(values)
    stations = station_values(days, city, parameter, wanted)
    hours = hour_sums(days, city, parameter, wanted)
    return Costs(
        place=city,
        parameter=parameter,
        basis=basis,
        target=target,
        distance=sum(values.values(), Fraction(0)) / len(values) - goal,
        days=cost_by_day(values, goal),
        stations=cost_by_station(stations, goal) if stations else (),
        hours=cost_by_hour(hours, len(stations), goal) if hours else (),
    )


# --- what the year is held against ------------------------------------------------------------------------------------


def _check(days: RunDays, basis: str, places: Iterable[str], statistics: Iterable[tuple[str, str]]) -> None:
    if basis not in BASES:
        raise NoOutlook(f"expected a basis of {', '.join(BASES)}, got {basis!r}", fix="choose one of them")
    known = (days.region, *days.cities)
    for place in places:
        if place not in known:
            raise NoOutlook(
                f"run {days.run} has no place {place!r}", fix=f"choose its region or a city: {', '.join(known)}"
            )
    allowed = {(parameter, statistic) for parameter, statistic, _ in STATISTICS}
    for pair in statistics:
        if pair not in allowed:
            words = ", ".join(f"{parameter} {statistic}" for parameter, statistic in sorted(allowed))
            raise NoOutlook(f"HJ 663 judges no {' '.join(pair)} of a year", fix=f"choose one of {words}")


# --- items ------------------------------------------------------------------------------------------------------------


def _item(rules: Rules, days: RunDays, place: str, parameter: str, statistic: str, basis: str, mark: Mark) -> Item:
    cities = days.cities if place == days.region else (place,)
    first, as_of = date(days.as_of.year, 1, 1), days.as_of
    left = days_to_come(as_of)
    coming, elapsed = sum(left.values()), (as_of - first).days + 1
    values = {city: days.span(city, parameter, basis, first, as_of) for city in cities}
    parts = tuple((city, Part(sum(found.values(), Fraction(0)), len(found), coming)) for city, found in values.items())
    rule = rules.document("outlook")["outlook"]
    named = (mark.decimals or 0) + int(rule["named_decimals"])
    ceiling = max((v for city in cities for v in _record(days, city, parameter, basis)), default=None)
    valid = sum(part.days for _, part in parts)
    so_far = _figure_of(days, cities, parameter, statistic, basis, first, as_of)
    answer: NeededMean | PercentileAllowance | None = None
    if valid and statistic == "mean":
        answer = needed_mean([part for _, part in parts], mark.bound, decimals=named, ceiling=ceiling)
    elif valid and len(cities) == 1:
        answer = percentile_allowance(list(values[place].values()), coming, int(statistic[1:]), mark.bound)
    masked = sum(len(days.span(city, parameter, "measured", first, as_of)) - len(values[city]) for city in cities)
    rest_by_month, rest = _reference(rules, days, cities, parameter, statistic, basis, left)
    shape = None
    if isinstance(answer, NeededMean) and answer.verdict == "open" and answer.average is not None:
        shape = needed_by_month(answer.average, left, rest_by_month)
    coverage = None
    if place != days.region:
        measured = days.span(place, parameter, "measured", first, as_of)
        coverage = year_coverage(_by_month(measured), as_of, validity_rules(rules, as_of), _valid_name(parameter))
    return Item(
        place=place,
        scope="region" if place == days.region else "city",
        parameter=parameter,
        statistic=statistic,
        basis=basis,
        unit=str(rules.parameters[parameter]["unit"]),
        mark=mark,
        answer=answer,
        to_date=None if so_far is None else so_far.value,
        figure=None if so_far is None else round_half_even(so_far.value, _places(rules, parameter, as_of)),
        indicator=indicator_of(parameter, statistic),
        period=_period(as_of),
        days=valid,
        missing=elapsed * len(cities) - valid - masked,
        masked=masked,
        left=coming * len(cities),
        before=_figure_of(days, cities, parameter, statistic, basis, _year_before(first), _year_before(as_of)),
        rest=rest,
        factor=shape[0] if shape else None,
        months=shape[1] if shape else (),
        coverage=coverage,
        bound=mark.bound,
        ceiling=ceiling,
        parts=parts,
    )


def _places(rules: Rules, parameter: str, on: date) -> int:
    decimals = rules.edition("standards/air/hj663", on)["decimals"]["statistics"]
    return int(decimals.get(parameter, 0))


def _valid_name(parameter: str) -> str:
    return POLLUTANT.get(parameter, parameter)


def _record(days: RunDays, city: str, parameter: str, basis: str) -> Iterable[Fraction]:
    """Every valid day of the run on a basis: the worst of them is the worst on record."""
    return days.span(city, parameter, basis, date.min, days.as_of).values()


def _period(as_of: date) -> str:
    """Name of the period in the run's tables: the year on its last day, before that the year to date."""
    return str(as_of.year) if (as_of + timedelta(days=1)).year > as_of.year else f"{as_of:%Y}-01..{as_of:%Y-%m}"


def _by_month(values: Mapping[date, Any]) -> dict[int, int]:
    found: dict[int, int] = {}
    for day in values:
        found[day.month] = found.get(day.month, 0) + 1
    return found


def _year_before(day: date, years: int = 1) -> date:
    """The same day of an earlier year; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _figure_of(
    days: RunDays, cities: Sequence[str], parameter: str, statistic: str, basis: str, first: date, last: date
) -> Before | None:
    """Figure over some days of an earlier year; None unless every city has a valid day."""
    values = [list(days.span(city, parameter, basis, first, last).values()) for city in cities]
    if not all(values):
        return None
    if statistic == "mean":
        found = [sum(each, Fraction(0)) / len(each) for each in values]
    else:
        found = [percentile(each, int(statistic[1:])).value for each in values]
    return Before(first.year, sum(found, Fraction(0)) / len(found), sum(len(each) for each in values))


def _reference(
    rules: Rules,
    days: RunDays,
    cities: Sequence[str],
    parameter: str,
    statistic: str,
    basis: str,
    left: Mapping[int, int],
) -> tuple[dict[int, Fraction], Before | None]:
    """Means by month, and the figure, of the remaining days in the newest earlier year that has enough of them."""
    rule = rules.document("outlook")["outlook"]["reference"]
    if not left:
        return {}, None
    start, end = days.as_of + timedelta(days=1), date(days.as_of.year, 12, 31)
    for back in range(1, int(rule["years_back"]) + 1):
        first, last = _year_before(start, back), _year_before(end, back)
        spans = [days.span(city, parameter, basis, first, last) for city in cities]
        masked = [len(days.span(city, parameter, "measured", first, last)) for city in cities]
        whole = (last - first).days + 1
        if all(100 * there >= int(rule["least_share_percent"]) * whole for there in masked) and all(spans):
            means: dict[int, list[Fraction]] = {}
            for span in spans:
                for month in left:
                    found = [value for day, value in span.items() if day.month == month]
                    if found:
                        means.setdefault(month, []).append(sum(found, Fraction(0)) / len(found))
            by_month = {m: sum(v, Fraction(0)) / len(v) for m, v in means.items() if len(v) == len(cities)}
            return by_month, _figure_of(days, cities, parameter, statistic, basis, first, last)
    return {}, None


# --- good days --------------------------------------------------------------------------------------------------------


def _good_days(
    rules: Rules, days: RunDays, place: str, basis: str, wanted: Decimal | None, goals: Mapping[str, Mark]
) -> GoodDays:
    cities = days.cities if place == days.region else (place,)
    first, as_of = date(days.as_of.year, 1, 1), days.as_of
    coming = sum(days_to_come(as_of).values())
    counts = [days.good_days(city, basis, first, as_of) for city in cities]
    good, valid = sum(g for g, _ in counts), sum(v for _, v in counts)
    earlier = [days.good_days(city, basis, _year_before(first), _year_before(as_of)) for city in cities]
    indicator = str(rules.document("outlook")["outlook"]["good_days"])
    mark = good_day_mark(days, place, indicator, basis, wanted, goals)
    left = coming * len(cities)
    answer = good_day_allowance(good, valid, left, mark.bound) if mark is not None and valid else None
    share = Fraction(100 * good, valid) if valid else None
    found = queries.indicator(indicator)
    return GoodDays(
        place=place,
        scope="region" if place == days.region else "city",
        basis=basis,
        mark=mark,
        answer=answer,
        good=good,
        valid=valid,
        deducted=sum(
            level.deducted
            for city in cities
            for day, level in days.levels.get(city, {}).items()
            if first <= day <= as_of
        )
        if basis == "assessment"
        else 0,
        left=left,
        figure=None if share is None else round_half_even(share, found.decimals if found else 1),
        indicator=indicator,
        period=_period(as_of),
        before=(first.year - 1, sum(g for g, _ in earlier), sum(v for _, v in earlier))
        if all(v for _, v in earlier)
        else None,
    )


def plain(thing: Any) -> Any:
    """The answer for programs: numbers as exact decimal text (twelve places at most), days as ISO 8601."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return {item.name: plain(getattr(thing, item.name)) for item in fields(thing)}
    if isinstance(thing, Fraction):
        return exact_text(thing)
    if isinstance(thing, Decimal):
        return format(thing, "f")
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, Mapping):
        return {"/".join(key) if isinstance(key, tuple) else str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [plain(value) for value in thing]
    return thing
