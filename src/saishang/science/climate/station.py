"""All that a run tells about the climate of one station, from its series of days.

Pure: a series in, rows out. What needs a climatology says for how many years it was compared, and has no grade while
the record is too short.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from saishang.science.climate.cold_waves import ColdWave, ColdWaveRule, cold_waves
from saishang.science.climate.drought import DroughtRule, IndexValue, Month, monthly, spei, spi
from saishang.science.climate.evapotranspiration import Site, Weather, penman_monteith, thornthwaite
from saishang.science.climate.mci import MciDay, MciRule, mci_days
from saishang.science.climate.spells import HeatRule, RainYear, Spell, heat_waves, hot_days, longest_spell, rain_year
from saishang.science.grading import Scale
from saishang.science.numbers import InputError

__all__ = ["SPANS", "ClimateRules", "DailySeries", "StationClimate", "StationYear", "demand", "station_climate"]

#: Months over which SPI and SPEI are summed.
SPANS = (1, 3, 12)
Series = Mapping[date, "float | None"]


@dataclass(frozen=True)
class DailySeries:
    """Weather of one station by day: temperatures [°C], humidity [%], wind [m/s], sun [h], pressure [hPa], rain [mm].

    `site` is None when the place of the station is not known: then nothing that needs the sun's height is made.
    """

    mean: Series
    maximum: Series
    minimum: Series
    humidity: Series
    wind: Series
    sunshine: Series
    pressure: Series
    rain: Series
    site: Site | None


@dataclass(frozen=True)
class ClimateRules:
    """Rules of climate that a run needs, as `from_rules` builds them."""

    drought: DroughtRule
    mci: MciRule
    cold: ColdWaveRule
    heat: HeatRule
    rain: Scale
    wet: Fraction
    heavy: Fraction
    rainstorm: Fraction
    evapotranspiration: Literal["penman_monteith", "thornthwaite"]


@dataclass(frozen=True, slots=True)
class StationYear:
    """One calendar year of one station.

    Attributes
    ----------
    complete:
        Whether every day of the year has rain, maximum and minimum; counts of an incomplete year are lower bounds.
    mean:
        Mean temperature [°C]; None unless every day has one.
    """

    year: int
    rain: RainYear
    heavy_days: int
    rainstorm_days: int
    hot_days: int
    heat_waves: int
    cold_waves: int
    dry_spell: Spell | None
    mean: float | None
    warmest: tuple[date, float] | None
    coldest: tuple[date, float] | None
    days_temperature: int
    complete: bool


@dataclass(frozen=True)
class StationClimate:
    """Everything about one station; `indices` by name (`SPI`, `SPEI`) and span."""

    demand: Series
    months: Mapping[Month, tuple[float | None, float | None, float | None]]
    indices: Mapping[tuple[str, int], tuple[IndexValue, ...]]
    mci: tuple[MciDay, ...]
    heat: tuple[Spell, ...]
    cold: tuple[ColdWave, ...]
    years: tuple[StationYear, ...]


def station_climate(series: DailySeries, rules: ClimateRules) -> StationClimate:
    """Months, indices, spells and years of one station; empty where the series is."""
    series = _in_order(series)
    evaporation = demand(series, rules)
    rain = _filled(series.rain)
    monthly_rain = monthly(rain)
    monthly_demand = monthly(_like(evaporation, rain)) if rain else {}
    monthly_mean = monthly(_like(series.mean, rain), how="mean") if rain else {}
    indices: dict[tuple[str, int], tuple[IndexValue, ...]] = {}
    for span in SPANS:
        indices["SPI", span] = spi(monthly_rain, span, rules.drought)
        indices["SPEI", span] = spei(monthly_rain, monthly_demand, span, rules.drought)
    heat = heat_waves(series.maximum, rules.heat)
    cold = cold_waves(series.minimum, rules.cold)
    return StationClimate(
        demand=evaporation,
        months={
            month: (monthly_rain.get(month), monthly_demand.get(month), monthly_mean.get(month))
            for month in monthly_rain
        },
        indices=indices,
        mci=mci_days(rain, evaporation, rules.mci, rules.drought),
        heat=heat,
        cold=cold,
        years=_years(series, rules, heat, cold),
    )


def demand(series: DailySeries, rules: ClimateRules) -> dict[date, float | None]:
    """Potential evapotranspiration of every day [mm/d] by the method that the settings choose.

    Thornthwaite gives months; their days share them evenly. A day with a missing or impossible input has None.
    """
    if series.site is None:
        return dict.fromkeys(series.rain)
    if rules.evapotranspiration == "thornthwaite":
        return _thornthwaite_days(series, series.site)
    found: dict[date, float | None] = {}
    for day in sorted({*series.rain, *series.maximum}):
        sources = (series.maximum, series.minimum, series.humidity, series.wind, series.sunshine)
        values = [value for source in sources if (value := source.get(day)) is not None]
        found[day] = None
        if len(values) == len(sources):
            maximum, minimum, humidity, wind, sunshine = values
            weather = Weather(maximum, minimum, humidity, wind, sunshine, series.pressure.get(day))
            with suppress(InputError):
                found[day] = penman_monteith(day, weather, series.site)
    return found


def _thornthwaite_days(series: DailySeries, site: Site) -> dict[date, float | None]:
    means = monthly(_filled(series.mean), how="mean")
    normals: list[float] = []
    for number in range(1, 13):
        values = [value for (_, month), value in means.items() if month == number and value is not None]
        if not values:
            return dict.fromkeys(series.mean)
        normals.append(math.fsum(values) / len(values))
    try:
        months = thornthwaite(means, normals, site)
    except InputError:
        return dict.fromkeys(series.mean)
    found: dict[date, float | None] = {}
    for day in series.mean:
        whole = months.get((day.year, day.month))
        first = day.replace(day=1)
        length = ((first + timedelta(days=32)).replace(day=1) - first).days
        found[day] = None if whole is None else whole / length
    return found


def _filled(series: Series) -> dict[date, float | None]:
    """The series without gaps in its days."""
    if not series:
        return {}
    first, last = min(series), max(series)
    return {
        day: series.get(day) for day in (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    }


def _in_order(series: DailySeries) -> DailySeries:
    """The same days, oldest first: of equal extremes the first day is told, whatever order the days came in."""

    def sort(days: Series) -> Series:
        return dict(sorted(days.items()))

    return DailySeries(
        sort(series.mean), sort(series.maximum), sort(series.minimum), sort(series.humidity), sort(series.wind),
        sort(series.sunshine), sort(series.pressure), sort(series.rain), series.site,
    )  # fmt: skip


def _like(series: Series, other: Series) -> dict[date, float | None]:
    return {day: series.get(day) for day in other}


def _years(
    series: DailySeries, rules: ClimateRules, heat: Sequence[Spell], cold: Sequence[ColdWave]
) -> tuple[StationYear, ...]:
    days = {*series.rain, *series.maximum, *series.minimum}
    hot = hot_days(series.maximum, rules.heat)
    found: list[StationYear] = []
    for year in sorted({day.year for day in days}):
        rain = {day: value for day, value in series.rain.items() if day.year == year}
        length = (date(year, 12, 31) - date(year, 1, 1)).days + 1
        maxima = _of_year(series.maximum, year)
        minima = _of_year(series.minimum, year)
        means = _of_year(series.mean, year)
        whole = rain_year(rain, year, rules.rain)
        amounts = [Fraction(str(value)) for value in rain.values() if value is not None]
        found.append(
            StationYear(
                year=year,
                rain=whole,
                heavy_days=sum(value >= rules.heavy for value in amounts),
                rainstorm_days=sum(value >= rules.rainstorm for value in amounts),
                hot_days=sum(day.year == year for day in hot),
                # A spell belongs to the year in which it begins.
                heat_waves=sum(spell.start.year == year for spell in heat),
                cold_waves=sum(wave.start.year == year for wave in cold),
                dry_spell=longest_spell(rain, wet=False, least=rules.wet),
                mean=math.fsum(means.values()) / length if len(means) == length else None,
                warmest=max(maxima.items(), key=lambda item: item[1], default=None),
                coldest=min(minima.items(), key=lambda item: item[1], default=None),
                days_temperature=min(len(maxima), len(minima)),
                complete=whole.missing == 0 and len(maxima) == len(minima) == length,
            )
        )
    return tuple(found)


def _of_year(series: Series, year: int) -> dict[date, float]:
    return {day: value for day, value in series.items() if day.year == year and value is not None}
