"""Drought indices over months: SPI and SPEI, GB/T 20481-2017.

Sums over 1, 3, 12 … months are compared with the same calendar month of all years on record. A grade is given only
when the record has the years that the standard asks for; a shorter record gives a provisional value without a grade,
and a value that cannot be had says why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from saishang.science.climate.distributions import ZeroProbability, fit_gamma, fit_log_logistic, standard_score
from saishang.science.grading import Grade, Scale
from saishang.science.numbers import InputError

__all__ = ["DroughtRule", "IndexValue", "Month", "accumulate", "monthly", "spei", "spi"]

#: (year, month)
Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DroughtRule:
    """How the standardised indices are made and graded.

    Attributes
    ----------
    years:
        Least years of record for a grade.
    provisional:
        Least years for a value without a grade.
    zeros:
        How the probability of a dry month is estimated.
    spi, spei, mci, anomaly:
        Grades.
    """

    years: int
    provisional: int
    zeros: ZeroProbability
    spi: Scale
    spei: Scale
    mci: Scale
    anomaly: Scale


@dataclass(frozen=True, slots=True)
class IndexValue:
    """A standardised index of one month or day.

    Attributes
    ----------
    when:
        Last month of the span, as its first day; or the day itself.
    amount:
        Sum over the span [mm]; None when part of it is missing.
    years:
        Years on record for this time of the year.
    index:
        None when not evaluated; then `reason` is `no_data`, `record_short` or `no_distribution`.
    grade:
        None also for a provisional index, whose reason is `provisional`.
    """

    when: date
    amount: float | None
    years: int
    index: float | None = None
    grade: Grade | None = None
    reason: str | None = None


def monthly(
    days: Mapping[date, float | None], *, how: Literal["sum", "mean"] = "sum", missing_days: int = 0
) -> dict[Month, float | None]:
    """Sum or mean per calendar month; None when more than `missing_days` of its days have no value.

    Months run from the first to the last day of the series without gap, so that a lost month is seen.
    """
    if not days:
        return {}
    first, last = min(days), max(days)
    found: dict[Month, float | None] = {}
    month = first.replace(day=1)
    while month <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        length = (following - month).days
        values = [value for offset in range(length) if (value := days.get(month + timedelta(days=offset))) is not None]
        if length - len(values) > missing_days or not values:
            found[month.year, month.month] = None
        else:
            # A mean keeps its weight when days are missing; a sum is that of the days there are.
            total = math.fsum(values)
            found[month.year, month.month] = round(total / len(values) if how == "mean" else total, 6)
        month = following
    return found


def accumulate(months: Mapping[Month, float | None], span: int) -> dict[Month, float | None]:
    """Sums over the last `span` months; None while one of them is missing.

    Raises
    ------
    InputError
        When the span is below 1.
    """
    if span < 1:
        raise InputError(f"The span must be at least one month, got {span}.", fix="Use 1, 3, 6, 12 …")
    found: dict[Month, float | None] = {}
    for year, month in months:
        values: list[float] = []
        for back in range(span):
            number = year * 12 + month - 1 - back
            value = months.get((number // 12, number % 12 + 1))
            if value is not None:
                values.append(value)
        found[year, month] = round(math.fsum(values), 6) if len(values) == span else None
    return found


def spi(rain: Mapping[Month, float | None], span: int, rule: DroughtRule) -> tuple[IndexValue, ...]:
    """Standardised precipitation index over `span` months from monthly rain [mm], oldest first."""

    def fit(sums: Sequence[float]) -> Callable[[float], float]:
        return fit_gamma(sums, zeros=rule.zeros).probability

    return _standardised(accumulate(rain, span), fit, rule, rule.spi)


def spei(
    rain: Mapping[Month, float | None], evapotranspiration: Mapping[Month, float | None], span: int, rule: DroughtRule
) -> tuple[IndexValue, ...]:
    """Standardised precipitation evapotranspiration index from monthly rain and evapotranspiration [mm]."""

    def fit(sums: Sequence[float]) -> Callable[[float], float]:
        return fit_log_logistic(sums).probability

    balance: dict[Month, float | None] = {}
    for month, amount in rain.items():
        demand = evapotranspiration.get(month)
        balance[month] = None if amount is None or demand is None else amount - demand
    return _standardised(accumulate(balance, span), fit, rule, rule.spei)


def _standardised(
    sums: Mapping[Month, float | None],
    fit: Callable[[Sequence[float]], Callable[[float], float]],
    rule: DroughtRule,
    scale: Scale,
) -> tuple[IndexValue, ...]:
    by_month: dict[int, list[float]] = {}
    for (_, month), value in sums.items():
        if value is not None:
            by_month.setdefault(month, []).append(value)
    found: list[IndexValue] = []
    probabilities: dict[int, Callable[[float], float] | None] = {}
    for (year, month), amount in sorted(sums.items()):
        when, sample = date(year, month, 1), by_month.get(month, [])
        if amount is None:
            found.append(IndexValue(when, None, len(sample), reason="no_data"))
            continue
        if len(sample) < rule.provisional:
            found.append(IndexValue(when, amount, len(sample), reason="record_short"))
            continue
        if month not in probabilities:
            probabilities[month] = _fitted(fit, sample)
        probability = probabilities[month]
        if probability is None:
            found.append(IndexValue(when, amount, len(sample), reason="no_distribution"))
            continue
        index = standard_score(probability(amount))
        if len(sample) < rule.years:
            found.append(IndexValue(when, amount, len(sample), index, reason="provisional"))
        else:
            found.append(IndexValue(when, amount, len(sample), index, scale.grade(index, name="index")))
    return tuple(found)


def _fitted(
    fit: Callable[[Sequence[float]], Callable[[float], float]], sample: Sequence[float]
) -> Callable[[float], float] | None:
    try:
        return fit(sample)
    except InputError:
        return None
