"""Warning signals (预警信号) of rain, cold and heat, as the weather service's rules define them.

The platform shows the service's own signals; this is for checking and for looking back, never for issuing one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import exact_or_none, non_negative

__all__ = ["Kind", "Signal", "SignalRow", "cold_signal", "heat_signal", "rain_signal"]

Kind = Literal["rain", "cold", "heat"]


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One colour: what must be reached. `level` runs from 1 (red) to 4 (blue)."""

    level: int
    zh: str
    en: str
    hours: int | None
    days: int | None
    least: Fraction
    tmin_at_most: Fraction | None = None
    wind_at_least: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """The strongest colour that is reached.

    Attributes
    ----------
    row:
        None when no colour is reached; with inputs missing that is not yet known.
    missing:
        Inputs without which a stronger colour cannot be excluded.
    """

    row: SignalRow | None
    missing: tuple[str, ...] = ()


def rain_signal(rain: Mapping[int, object], rows: Sequence[SignalRow]) -> Signal:
    """Signal of heavy rain from sums [mm] over 3, 6 and 12 hours."""
    sums = {hours: non_negative(value, name=f"rain_{hours}h") for hours, value in rain.items()}
    missing: list[str] = []
    for row in _strongest_first(rows):
        value = sums.get(row.hours or 0)
        if value is None:
            missing.append(f"rain_{row.hours}h")
        elif value >= row.least:
            return Signal(row, tuple(dict.fromkeys(missing)))
    return Signal(None, tuple(dict.fromkeys(missing)))


def cold_signal(falls: Mapping[int, object], minimum: object, wind: object, rows: Sequence[SignalRow]) -> Signal:
    """Signal of a cold wave.

    Parameters
    ----------
    falls:
        Fall of the daily minimum within 24 and 48 hours [°C], by hours.
    minimum:
        Lowest temperature [°C].
    wind:
        Wind on land [Beaufort force].
    """
    drops = {hours: exact_or_none(value, name=f"drop{hours}") for hours, value in falls.items()}
    lowest, force = exact_or_none(minimum, name="tmin"), non_negative(wind, name="wind_force")
    missing: list[str] = []
    for row in _strongest_first(rows):
        tests = (
            (f"drop{row.hours}", drops.get(row.hours or 0), row.least, True),
            ("tmin", lowest, row.tmin_at_most, False),
            ("wind_force", force, row.wind_at_least, True),
        )
        asked = [(name, value, edge, up) for name, value, edge, up in tests if edge is not None]
        failed = any(value is not None and (value < edge if up else value > edge) for _, value, edge, up in asked)
        unknown = [name for name, value, _, _ in asked if value is None]
        if failed:
            continue
        if not unknown:
            return Signal(row, tuple(dict.fromkeys(missing)))
        missing += unknown
    return Signal(None, tuple(dict.fromkeys(missing)))


def heat_signal(maxima: Sequence[object], rows: Sequence[SignalRow]) -> Signal:
    """Signal of heat from daily maxima [°C], oldest first; the last one counts for signals of 24 hours."""
    values = [exact_or_none(value, name="tmax") for value in maxima]
    missing: list[str] = []
    for row in _strongest_first(rows):
        days = row.days or 1
        last = values[-days:]
        if any(value is not None and value < row.least for value in last):
            continue
        if len(last) < days or any(value is None for value in last):
            missing.append("tmax")
            continue
        return Signal(row, tuple(dict.fromkeys(missing)))
    return Signal(None, tuple(dict.fromkeys(missing)))


def _strongest_first(rows: Sequence[SignalRow]) -> list[SignalRow]:
    return sorted(rows, key=lambda row: row.level)
