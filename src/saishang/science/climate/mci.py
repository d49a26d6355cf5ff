"""Comprehensive meteorological drought index (气象干旱综合指数, MCI) by day, GB/T 20481-2017.

`MCI = Ka (a SPIW60 + b MI30 + c SPI90 + d SPI150)`: standardised weighted rain of 60 days, relative moisture of 30
days, standardised rain of 90 and 150 days. A day needs 150 days of data behind it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from saishang.science.climate.distributions import Gamma, fit_gamma, standard_score
from saishang.science.climate.drought import DroughtRule
from saishang.science.grading import Grade
from saishang.science.numbers import InputError

__all__ = ["COMPONENTS", "MciDay", "MciRule", "combine", "mci_days", "relative_moisture", "weighted_precipitation"]

#: In the order of the formula.
COMPONENTS = ("SPIW60", "MI30", "SPI90", "SPI150")


@dataclass(frozen=True, slots=True)
class MciRule:
    """Weights of the region, seasonal factor, spans.

    Attributes
    ----------
    weights:
        Component → a, b, c, d.
    season:
        Ka.
    decay, weighted_days:
        0.85 and 60 of the weighted precipitation.
    moisture_days, short_days, long_days:
        30, 90 and 150.
    """

    weights: Mapping[str, float]
    season: float
    decay: float
    weighted_days: int
    moisture_days: int
    short_days: int
    long_days: int


@dataclass(frozen=True, slots=True)
class MciDay:
    """MCI of one day with its components; None where one could not be had, with the reason of the whole.

    `reason`: `days_short` (fewer than 150 days behind it, or one of them missing), `no_evapotranspiration`,
    `record_short`, `no_distribution`; `provisional` stands beside an index without a grade.
    """

    day: date
    components: Mapping[str, float | None]
    index: float | None
    grade: Grade | None
    years: int
    reason: str | None = None


def combine(components: Mapping[str, float | None], rule: MciRule) -> float | None:
    """MCI from its four components; None while one is missing."""
    parts: list[float] = []
    for name, weight in rule.weights.items():
        value = components.get(name)
        if value is None:
            return None
        parts.append(weight * value)
    return rule.season * math.fsum(parts)


def weighted_precipitation(rain: Sequence[float], decay: float) -> float:
    """WAP = Σ decay^n P_n over the days given, the latest first (n = 0) [mm]."""
    return math.fsum(decay**n * value for n, value in enumerate(rain))


def relative_moisture(rain: float, evapotranspiration: float) -> float:
    """MI = (P - PET) / PET of one span.

    Raises
    ------
    InputError
        When nothing could evaporate.
    """
    if evapotranspiration <= 0:
        raise InputError("The potential evapotranspiration must be above 0.", fix="Give the sum over the span [mm].")
    return (rain - evapotranspiration) / evapotranspiration


def mci_days(
    rain: Mapping[date, float | None],
    evapotranspiration: Mapping[date, float | None],
    rule: MciRule,
    drought: DroughtRule,
) -> tuple[MciDay, ...]:
    """MCI of every day of a series of daily rain and potential evapotranspiration [mm], oldest first.

    The distributions of a day are those of the same day of all years on record; 29 February goes with the 28th.
    """
    days = sorted(rain)
    fallen, wanted = _Window(rain), _Window(evapotranspiration)
    weighted: dict[date, float] = {}
    short: dict[date, float] = {}
    long: dict[date, float] = {}
    for day in days:
        behind = fallen.behind(day, rule.long_days)
        if behind is None:
            continue
        # n runs from 0 to 60: the day itself and the sixty before it.
        weighted[day] = weighted_precipitation(behind[: rule.weighted_days + 1], rule.decay)
        short[day] = round(math.fsum(behind[: rule.short_days]), 6)
        long[day] = round(math.fsum(behind), 6)
    fits = [_by_day(values, drought) for values in (weighted, short, long)]
    found: list[MciDay] = []
    for day in days:
        if day not in long:
            found.append(MciDay(day, dict.fromkeys(COMPONENTS), None, None, 0, "days_short"))
            continue
        key = _key(day)
        years = fits[2][key][1]
        components: dict[str, float | None] = dict.fromkeys(COMPONENTS)
        for name, series, fitted in zip(("SPIW60", "SPI90", "SPI150"), (weighted, short, long), fits, strict=True):
            distribution = fitted[key][0]
            if distribution is not None:
                components[name] = standard_score(distribution.probability(series[day]))
        demand = wanted.behind(day, rule.moisture_days)
        supply = fallen.behind(day, rule.moisture_days)
        if demand is not None and supply is not None and sum(demand) > 0:
            components["MI30"] = relative_moisture(math.fsum(supply), math.fsum(demand))
        index = combine(components, rule)
        if years < drought.provisional:
            reason: str | None = "record_short"
        elif components["MI30"] is None:
            reason = "no_evapotranspiration"
        elif index is None:
            reason = "no_distribution"
        else:
            reason = "provisional" if years < drought.years else None
        graded = index is not None and reason is None
        grade = drought.mci.grade(index, name="MCI") if graded else None
        found.append(MciDay(day, components, index, grade, years, reason))
    return tuple(found)


class _Window:
    """A series of days without gaps in its calendar, and how many days on end each day has behind it."""

    def __init__(self, series: Mapping[date, float | None]) -> None:
        self._first = min(series, default=date.min)
        length = (max(series, default=date.min) - self._first).days + 1
        self._values: list[float] = [0.0] * length
        self._run = [0] * length
        for offset in range(length):
            value = series.get(self._first + timedelta(days=offset))
            if value is not None:
                self._values[offset] = value
                self._run[offset] = (self._run[offset - 1] if offset else 0) + 1

    def behind(self, day: date, span: int) -> list[float] | None:
        """Values of the day and the days before it, latest first; None when one is missing."""
        offset = (day - self._first).days
        if not 0 <= offset < len(self._run) or self._run[offset] < span:
            return None
        return self._values[offset - span + 1 : offset + 1][::-1]


def _key(day: date) -> tuple[int, int]:
    return (2, 28) if (day.month, day.day) == (2, 29) else (day.month, day.day)


def _by_day(series: Mapping[date, float], drought: DroughtRule) -> dict[tuple[int, int], tuple[Gamma | None, int]]:
    samples: dict[tuple[int, int], dict[int, float]] = {}
    for day, value in series.items():
        # 28 and 29 February of one year are one year of record, not two.
        samples.setdefault(_key(day), {}).setdefault(day.year, value)
    found: dict[tuple[int, int], tuple[Gamma | None, int]] = {}
    for key, by_year in samples.items():
        sample = list(by_year.values())
        try:
            fitted = fit_gamma(sample, zeros=drought.zeros) if len(sample) >= drought.provisional else None
        except InputError:
            fitted = None
        found[key] = (fitted, len(sample))
    return found
