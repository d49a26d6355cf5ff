"""Hints whether ozone is limited by nitrogen oxides or by organic compounds, from ozone and NO2 alone.

The proper indicators (H2O2/HNO3, O3/NOy: Sillman 1995, Journal of Geophysical Research 100:14175; HCHO/NO2 from
satellites: Duncan et al. 2010, Atmospheric Environment 44:2213) need what ordinary stations do not measure. Four
patterns can be had without them, each with its own rule, bootstrap and least number of days:

weekend    less NO2 at weekends: does ozone fall (NOx-limited-like) or rise (VOC-limited-like)? (Cleveland et al. 1974,
           Science 186:1037, and many since)
afternoon  ozone of afternoons with much NO2 against those with little, within each month
morning    NO2 of the morning against the ozone of the same day, as departures from the month
ratio      O3/NO2 at midday by volume: NOx is at least NO2, so O3/NOx is at most O3/NO2

Each is a hint: titration by fresh NO, weather and transport make the same patterns. Hints that differ are said to
contradict one another; they are never averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from saishang.science.origin.wind import Floats

__all__ = ["Hint", "RegimeRule", "Say", "Verdict", "afternoon", "morning", "ratio", "verdict", "weekend"]

Say = Literal["nox_limited", "voc_limited", "none"]
Verdict = Literal["nox_limited", "voc_limited", "contradiction", "none"]
#: g/mol; the ratio of mass concentrations becomes one of volumes.
_MOLAR = {"O3": 48.00, "NO2": 46.01}


@dataclass(frozen=True, slots=True)
class RegimeRule:
    """Least days (of each of two groups, or of pairs), draws, level of the intervals, seed, bounds of the ratio."""

    least_days: int
    least_weeks: int
    draws: int
    level: float
    seed: int
    ratio_low: float
    ratio_high: float
    least_change: float


@dataclass(frozen=True)
class Hint:
    """One pattern.

    Attributes
    ----------
    says:
        `nox_limited`, `voc_limited` (each only "-like"), or `none`.
    reason:
        Why it says nothing: `few_days`, `no_lever` (NO2 does not differ), `uncertain` (the interval holds 0 or a
        bound), `between` (the ratio lies between the bounds).
    figures:
        Numbers by name: value, low, high, and what belongs to the pattern.
    counts:
        Days by group.
    """

    name: str
    says: Say
    reason: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


def weekend(days: Sequence[date], ozone: Floats, no2: Floats, rule: RegimeRule) -> Hint:
    """Weekend less weekday, of NO2 and of ozone, within each week that has both; weeks are drawn.

    The lever comes first: where NO2 of weekends is not below that of weekdays (by the interval, and by at least
    `least_change` of it), there was no experiment and nothing is said.
    """
    weeks: dict[tuple[int, int], list[int]] = {}
    for number, day in enumerate(days):
        if not np.isnan(ozone[number]) and not np.isnan(no2[number]):
            year, week, _weekday = day.isocalendar()
            weeks.setdefault((year, week), []).append(number)
    made = []
    for members in weeks.values():
        ends = [n for n in members if days[n].isoweekday() >= 6]
        work = [n for n in members if days[n].isoweekday() < 6]
        if ends and work:
            made.append([each[ends].mean() - each[work].mean() for each in (no2, ozone)] + [no2[work].mean()])
    counts = {"weeks": len(made)}
    if len(made) < rule.least_weeks:
        return Hint("weekend", "none", "few_days", counts=counts)
    rows = np.array(made)
    (lever, value, base), drawn = rows.mean(axis=0), _drawn(len(rows), rule, lambda at: rows[at].mean(axis=-2))
    (lever_low, low, _b), (lever_high, high, _c) = _interval(drawn, rule.level)
    figures = {
        "no2": lever, "no2_low": lever_low, "no2_high": lever_high, "no2_share": lever / base if base else 0.0,
        "value": value, "low": low, "high": high,
    }  # fmt: skip
    if lever_high >= 0 or -lever < rule.least_change * base:
        return Hint("weekend", "none", "no_lever", figures, counts)
    # NO2 fell: ozone that falls with it wants NOx, ozone that rises was held down by it.
    return _signed("weekend", figures, counts, falls="nox_limited", rises="voc_limited")


def afternoon(months: Sequence[tuple[int, int]], ozone: Floats, no2: Floats, rule: RegimeRule) -> Hint:
    """Afternoon ozone on days of much NO2 less days of little: the upper and the lower third of each month's days.

    Parameters
    ----------
    months:
        (year, month) of each day.
    ozone, no2:
        Afternoon means of the same days.
    """
    upper, lower = [], []
    for members in _by_month(months, ozone, no2):
        third = len(members) // 3
        if not third:
            continue
        order = members[np.argsort(no2[members], kind="stable")]
        mean = ozone[members].mean()
        lower.extend(ozone[order[:third]] - mean)
        upper.extend(ozone[order[-third:]] - mean)
    counts = {"high": len(upper), "low": len(lower)}
    if min(counts.values()) < rule.least_days:
        return Hint("afternoon", "none", "few_days", counts=counts)
    high, low = np.array(upper), np.array(lower)
    value = float(high.mean() - low.mean())
    drawn = _drawn(len(high), rule, lambda at: high[at].mean(axis=-1)) - _drawn(
        len(low), rule, lambda at: low[at].mean(axis=-1), 1
    )
    edges = _interval(drawn, rule.level)
    figures = {"value": value, "low": float(edges[0]), "high": float(edges[1])}
    return _signed("afternoon", figures, counts, falls="voc_limited", rises="nox_limited")


def morning(months: Sequence[tuple[int, int]], ozone: Floats, no2: Floats, rule: RegimeRule) -> Hint:
    """Rank correlation of the morning's NO2 with the same day's ozone, both as departures from their month."""
    x, y = [], []
    for members in _by_month(months, ozone, no2):
        if len(members) > 1:
            x.extend(no2[members] - no2[members].mean())
            y.extend(ozone[members] - ozone[members].mean())
    counts = {"days": len(x)}
    if len(x) < rule.least_days:
        return Hint("morning", "none", "few_days", counts=counts)
    first, second = _ranks(np.array(x)), _ranks(np.array(y))
    value = float(_correlation(first, second))
    edges = _interval(_drawn(len(x), rule, lambda at: _correlation(first[at], second[at])), rule.level)
    figures = {"value": value, "low": float(edges[0]), "high": float(edges[1])}
    return _signed("morning", figures, counts, falls="voc_limited", rises="nox_limited")


def ratio(ozone: Floats, no2: Floats, rule: RegimeRule) -> Hint:
    """Median O3/NO2 at midday by volume, from mass concentrations, against two bounds.

    Below the lower bound O3/NOx lies below it too (NOx is at least NO2), so that side is the safer one.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.where(no2 > 0, ozone / no2 * (_MOLAR["NO2"] / _MOLAR["O3"]), np.nan)
    each = each[~np.isnan(each)]
    counts = {"days": len(each)}
    if len(each) < rule.least_days:
        return Hint("ratio", "none", "few_days", counts=counts)
    low, high = _interval(_drawn(len(each), rule, lambda at: np.median(each[at], axis=-1)), rule.level)
    figures = {
        "value": float(np.median(each)), "low": float(low), "high": float(high), "bound_low": rule.ratio_low,
        "bound_high": rule.ratio_high,
    }  # fmt: skip
    if high < rule.ratio_low:
        return Hint("ratio", "voc_limited", "", figures, counts)
    if low > rule.ratio_high:
        return Hint("ratio", "nox_limited", "", figures, counts)
    between = rule.ratio_low <= low and high <= rule.ratio_high
    return Hint("ratio", "none", "between" if between else "uncertain", figures, counts)


def verdict(hints: Sequence[Hint]) -> Verdict:
    """What the hints say together: one answer where all that speak agree, `contradiction` where they do not."""
    said = {hint.says for hint in hints if hint.says != "none"}
    if len(said) > 1:
        return "contradiction"
    return said.pop() if said else "none"


def _by_month(months: Sequence[tuple[int, int]], ozone: Floats, no2: Floats) -> list[np.ndarray]:
    known = ~(np.isnan(ozone) | np.isnan(no2))
    found: dict[tuple[int, int], list[int]] = {}
    for number, month in enumerate(months):
        if known[number]:
            found.setdefault(month, []).append(number)
    return [np.array(members) for _month, members in sorted(found.items())]


def _drawn(size: int, rule: RegimeRule, of: Callable[[np.ndarray], Floats], shift: int = 0) -> Floats:
    at = np.random.default_rng(rule.seed + shift).integers(0, size, size=(rule.draws, size))
    return np.asarray(of(at))


def _interval(drawn: Floats, level: float) -> Floats:
    return np.asarray(np.percentile(drawn, [50 - level * 50, 50 + level * 50], axis=0))


def _ranks(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing their mean rank."""
    ordered, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray(((last - counts + 1 + last) / 2)[at.reshape(-1)], dtype=float) if len(ordered) else values


def _correlation(x: Floats, y: Floats) -> Floats:
    x = x - x.mean(axis=-1, keepdims=True)
    y = y - y.mean(axis=-1, keepdims=True)
    scale = np.sqrt((x * x).sum(axis=-1) * (y * y).sum(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(scale > 0, (x * y).sum(axis=-1) / scale, 0.0))


def _signed(name: str, figures: Mapping[str, float], counts: Mapping[str, int], *, falls: Say, rises: Say) -> Hint:
    if figures["high"] < 0:
        return Hint(name, falls, "", figures, counts)
    if figures["low"] > 0:
        return Hint(name, rises, "", figures, counts)
    return Hint(name, "none", "uncertain", figures, counts)
