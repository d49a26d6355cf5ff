"""Cold waves (寒潮), GB/T 21987: the daily minimum falls by 8, 10 or 12 °C in 24, 48 or 72 hours, to 4 °C or less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from saishang.science.numbers import exact_or_none

__all__ = ["ColdWave", "ColdWaveRule", "Fall", "cold_waves", "judge_fall"]


@dataclass(frozen=True, slots=True)
class ColdWaveRule:
    """Hours → least fall [°C], ascending, and the highest minimum that still counts [°C]."""

    falls: Mapping[int, Fraction]
    at_most: Fraction


@dataclass(frozen=True, slots=True)
class Fall:
    """Whether falls make a cold wave.

    Attributes
    ----------
    cold_wave:
        None when inputs are missing and what is there decides nothing.
    by:
        Hours of the first criterion that is met, shortest first.
    """

    cold_wave: bool | None
    by: int | None = None
    missing: tuple[str, ...] = ()


def judge_fall(falls: Mapping[int, object], minimum: object, rule: ColdWaveRule) -> Fall:
    """Judge falls of the daily minimum [°C] by hours, with the lowest minimum reached [°C]."""
    lowest = exact_or_none(minimum, name="tmin")
    if lowest is not None and lowest > rule.at_most:
        return Fall(False)
    missing: list[str] = [] if lowest is not None else ["tmin"]
    met: int | None = None
    for hours, least in rule.falls.items():
        fall = exact_or_none(falls.get(hours), name=f"drop{hours}")
        if fall is None:
            missing.append(f"drop{hours}")
        elif fall >= least and met is None:
            met = hours
    if met is not None and lowest is not None:
        return Fall(True, met)
    if missing and (met is not None or any(name != "tmin" for name in missing)):
        return Fall(None, None, tuple(missing))
    return Fall(False)


@dataclass(frozen=True, slots=True)
class ColdWave:
    """A cold wave at one place.

    Attributes
    ----------
    start, end:
        First day before the fall began, and last day that still meets the criterion.
    fall:
        Largest fall among its days [°C] and the hours it took.
    hours:
        Span of that fall.
    minimum:
        Lowest minimum [°C].
    """

    start: date
    end: date
    fall: float
    hours: int
    minimum: float


def cold_waves(minima: Mapping[date, float | None], rule: ColdWaveRule) -> tuple[ColdWave, ...]:
    """Cold waves in a series of daily minima [°C]; days on end that meet the criterion are one wave.

    A fall over n days is the minimum n days before minus the minimum of the day. A missing day cannot start or carry a
    fall; days around it are judged by what is there.
    """
    hits: list[tuple[date, int, float, float]] = []
    for day in sorted(minima):
        value = minima[day]
        if value is None or Fraction(str(value)) > rule.at_most:
            continue
        best: tuple[float, int] | None = None
        for hours, least in rule.falls.items():
            before = minima.get(day - timedelta(days=hours // 24))
            if before is None:
                continue
            # Tenths of a degree as they print: 4.1 - (-3.9) is 8.0, not 7.999….
            fall = Fraction(str(before)) - Fraction(str(value))
            if fall >= least and (best is None or fall > best[0]):
                best = (float(fall), hours)
        if best is not None:
            hits.append((day, best[1], best[0], value))
    waves: list[ColdWave] = []
    group: list[tuple[date, int, float, float]] = []
    for hit in hits:
        if group and hit[0] - group[-1][0] > timedelta(days=1):
            waves.append(_wave(group))
            group = []
        group.append(hit)
    if group:
        waves.append(_wave(group))
    return tuple(waves)


def _wave(group: list[tuple[date, int, float, float]]) -> ColdWave:
    start = min(day - timedelta(days=hours // 24) for day, hours, _, _ in group)
    deepest = max(group, key=lambda hit: hit[2])
    return ColdWave(start, group[-1][0], deepest[2], deepest[1], min(value for _, _, _, value in group))
