"""Ratio anomalies (比值异常): parameters of one station that do not fit together any more.

Fine particles are a part of coarse ones; ozone and nitrogen dioxide exchange (their sum hardly does); carbon monoxide
and nitrogen dioxide come from the same fires; nitrogen dioxide is a part of NOx. Each ratio is held against the
neighbours' ratio of the same days and against the station's own habit. Signals: air.md section 10 (PM2.5 above PM10,
broken links).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from saishang.science.suspicion.calibrate import tail_log10
from saishang.science.suspicion.excursions import excursions
from saishang.science.suspicion.network import HOURS, Answer, Array, Found, Network, by_day, middle
from saishang.science.suspicion.windows import rolling_mean, without_season

__all__ = ["RatioRule", "find"]

#: Ratios of two parameters, and sums: name → (parameters, whether their sum is meant).
RATIOS = {
    "PM2.5/PM10": (("PM2.5", "PM10"), False), "O3+NO2": (("O3", "NO2"), True), "CO/NO2": (("CO", "NO2"), False),
}  # fmt: skip


@dataclass(frozen=True)
class RatioRule:
    """Settings.

    Attributes
    ----------
    lengths:
        Days of a window.
    season_days:
        Days around each whose median is the station's own habit.
    least_change:
        Change of a ratio that counts, as a share.
    inverted_days:
        Days of a window in which hours with a part above its whole are counted.
    least_inverted:
        Share of such hours that counts.
    least_hours:
        Hours that a day needs.
    """

    lengths: tuple[int, ...]
    season_days: int
    least_change: float
    inverted_days: int
    least_inverted: float
    least_hours: int


def find(network: Network, rule: RatioRule) -> tuple[Answer, ...]:
    """Ratios outside their habit, and parts above their whole."""
    levels: list[Found] = []
    inverted: list[Found] = []
    tests = inverted_tests = 0
    for name, (codes, as_sum) in RATIOS.items():
        if len(network.have(codes)) < 2:
            continue
        daily = without_season(_against_neighbours(network, _logarithm(network, codes, as_sum), rule), rule.season_days)
        made, number = excursions(
            daily, rule.lengths, math.log(1 + rule.least_change),
            name, "level",
        )  # fmt: skip
        levels += made
        tests += number
    for part, whole in (("PM2.5", "PM10"), ("NO2", "NOx")):
        if len(network.have([part, whole])) == 2:
            made, number = _inverted(network, part, whole, rule)
            inverted += made
            inverted_tests += number
    return Answer.of(levels, tests), Answer.of(inverted, inverted_tests)


def _logarithm(network: Network, codes: tuple[str, ...], as_sum: bool) -> Array:
    one, two = (np.maximum(network.values[code], 0) for code in codes)
    floors = [network.floors[code] for code in codes]
    if "PM10" in codes:
        one, two = (np.where(network.dusty, np.nan, values) for values in (one, two))
    if as_sum:
        return np.log(one + two + sum(floors))
    return np.log(one + floors[0]) - np.log(two + floors[1])


def _against_neighbours(network: Network, hourly: Array, rule: RatioRule) -> Array:
    """Daily mean of the ratio's logarithm less the neighbours' median of it, [D, S]."""
    daily = by_day(hourly, least_hours=rule.least_hours)
    found = np.full(daily.shape, np.nan)
    for place, near in enumerate(network.neighbours):
        if len(near) >= 2:
            found[:, place] = daily[:, place] - middle(daily[:, near], at_least=2)
    return found


def _inverted(network: Network, part: str, whole: str, rule: RatioRule) -> tuple[list[Found], int]:
    """Windows with many hours of a part above its whole (by more than both round to)."""
    one, two = network.values[part], network.values[whole]
    slack = network.quantum[part] / 2 + network.quantum[whole] / 2
    above = np.where(np.isnan(one) | np.isnan(two), np.nan, (one - two > slack).astype(float))
    daily = by_day(above, least_hours=rule.least_hours)
    length = rule.inverted_days
    if daily.shape[0] < length:
        return [], 0
    share = rolling_mean(daily, length, least=math.ceil(0.7 * length))
    chance = tail_log10(share)
    found = []
    for day, station in np.argwhere((share >= rule.least_inverted) & (chance < -2)):
        begin = int(day) * HOURS
        stretch = slice(begin, begin + length * HOURS)
        apart = (one - two)[stretch, station]
        numbers = {
            "days": length, "inverted_percent": round(100 * float(share[day, station]), 1),
            "largest": round(float(np.nanmax(apart)), 1),
        }  # fmt: skip
        found.append(
            Found(
                int(station), f"{part}/{whole}", begin, stretch.stop, float(chance[day, station]), numbers, "inverted"
            )
        )
    return found, math.ceil(2 * int((~np.isnan(share)).sum()) / length)
