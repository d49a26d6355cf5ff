"""Sand-dust episodes (沙尘过程) in hourly city data and what their exclusion does, 环办监测〔2016〕120号.

The hour test proposes; a named person decides (clean-day bursts and borderline ratios trigger it). Exclusion blanks
both particle means of the day and substitutes nothing; gases stay. The index of a masked day is to be recomputed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError, mean, non_negative

__all__ = ["DustRule", "DustWindow", "dust_grade", "dust_windows", "mask_dust_day"]


@dataclass(frozen=True, slots=True)
class DustRule:
    """Numbers of the hour test.

    Attributes
    ----------
    baseline_hours:
        Hours before the start whose mean is the baseline.
    min_baseline_hours:
        How many of them must have PM10 (`min_baseline_hours` of `standards/air/dust`; the source is silent about gaps).
    rise_factor:
        PM10 must reach this multiple of the baseline ...
    min_pm10:
        ... and be above this [µg/m³].
    ratio_factor:
        PM2.5/PM10 must be at most this share of its baseline.
    ratio_test:
        `required`: a start needs the ratio too; `ignored`: PM10 alone decides. `alternative`: either will do, with
        PM10 above `min_pm10`. The source leaves open which; without PM2.5 the required test proposes nothing.
    end_within:
        The episode ends in the first hour with PM10 at most baseline × (1 + end_within).
    """

    min_baseline_hours: int
    baseline_hours: int = 6
    rise_factor: Fraction = Fraction(2)
    min_pm10: Fraction = Fraction(150)
    ratio_factor: Fraction = Fraction(1, 2)
    ratio_test: Literal["required", "alternative", "ignored"] = "required"
    end_within: Fraction = Fraction(1, 10)
    masked: tuple[str, ...] = ("PM10", "PM2.5")


@dataclass(frozen=True, slots=True)
class DustWindow:
    """One episode: positions (0-based) of the first dusty hour and of the first hour that is back to the baseline.

    `end` is None while PM10 has not come back within the record. Baselines [µg/m³] and [1]; the ratio's is None
    without PM2.5.
    """

    start: int
    end: int | None
    baseline_pm10: Fraction
    baseline_ratio: Fraction | None
    peak_pm10: Fraction


def dust_windows(pm10: Sequence[object], pm25: Sequence[object], rule: DustRule) -> tuple[DustWindow, ...]:
    """Find the episodes in consecutive hourly city means.

    Parameters
    ----------
    pm10, pm25:
        Hourly means [µg/m³], same length, shape (hour,); None = missing. Missing hours neither start nor end an
        episode.

    Returns
    -------
    Episodes in order, not overlapping; the search goes on after each end. An hour can start one only when
    `baseline_hours` hours lie before it in the record.
    """
    if len(pm10) != len(pm25):
        raise InputError(
            f"PM10 has {len(pm10)} hours, PM2.5 {len(pm25)}.", fix="Give the same hours for both, null where missing."
        )
    coarse = [non_negative(value, name=f"pm10[{index}]") for index, value in enumerate(pm10)]
    fine = [non_negative(value, name=f"pm2.5[{index}]") for index, value in enumerate(pm25)]
    ratios = [_ratio(small, large) for small, large in zip(fine, coarse, strict=True)]
    found: list[DustWindow] = []
    hour = rule.baseline_hours
    while hour < len(coarse):
        before = slice(hour - rule.baseline_hours, hour)
        base = [value for value in coarse[before] if value is not None]
        value = coarse[hour]
        baseline = mean(base) if len(base) >= rule.min_baseline_hours else None
        baseline_ratio = mean(item for item in ratios[before] if item is not None)
        if value is None or baseline is None or not _starts(value, ratios[hour], baseline, baseline_ratio, rule):
            hour += 1
            continue
        end = _end(coarse, hour, baseline * (1 + rule.end_within))
        last = len(coarse) if end is None else end
        peak = max(item for item in coarse[hour:last] if item is not None)
        found.append(DustWindow(hour, end, baseline, baseline_ratio, peak))
        hour = last + 1
    return tuple(found)


def _ratio(small: Fraction | None, large: Fraction | None) -> Fraction | None:
    return None if small is None or large is None or large == 0 else small / large


def _starts(
    value: Fraction, ratio: Fraction | None, baseline: Fraction, baseline_ratio: Fraction | None, rule: DustRule
) -> bool:
    if value <= rule.min_pm10:
        return False
    rises = value >= rule.rise_factor * baseline
    coarser = ratio is not None and baseline_ratio is not None and ratio <= rule.ratio_factor * baseline_ratio
    if rule.ratio_test == "ignored":
        return rises
    return (rises or coarser) if rule.ratio_test == "alternative" else (rises and coarser)


def _end(coarse: Sequence[Fraction | None], start: int, level: Fraction) -> int | None:
    for hour in range(start + 1, len(coarse)):
        value = coarse[hour]
        if value is not None and value <= level:
            return hour
    return None


def mask_dust_day(values: Mapping[str, object], rule: DustRule, *, dust: bool) -> dict[str, object]:
    """Daily means of a city as the dust-deducted series has them: particles blank on a dust day, gases untouched.

    Parameters
    ----------
    values:
        Pollutant → daily mean in canonical units, None = missing.
    """
    return {name: None if dust and name in rule.masked else value for name, value in values.items()}


def dust_grade(peak_pm10: object, grades: Sequence[tuple[Fraction, int]]) -> int | None:
    """Grade of an episode by its hourly PM10 peak [µg/m³]; None below the lowest grade or without a peak.

    Parameters
    ----------
    grades:
        Ascending (lower bound of the peak [µg/m³], grade); a peak equal to a bound has its grade.
    """
    peak = non_negative(peak_pm10, name="peak PM10")
    reached = [grade for bound, grade in grades if peak is not None and peak >= bound]
    return reached[-1] if reached else None
