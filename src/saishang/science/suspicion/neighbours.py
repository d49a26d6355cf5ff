"""Neighbour anomalies (与邻近站点不符): a station leaves its usual relation to its neighbours, at once or by drifting.

Days are held against what the neighbours say of them, freed of the season; windows of days are held against the
station's own other windows. Core idea of the screening of
the national network, Wu et al. 2018 (air.md section 10): residuals against neighbours, flagged by low probability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from saishang.science.suspicion.calibrate import tail_log10
from saishang.science.suspicion.excursions import excursions
from saishang.science.suspicion.network import (
    HOURS,
    LEAST_OUTER,
    OUTER,
    PARTICLES,
    Answer,
    Array,
    Found,
    Network,
    by_day,
    middle,
    winsorised,
)
from saishang.science.suspicion.windows import rolling_mean, standardised, without_season

__all__ = ["NeighbourRule", "daily_residual", "find"]

#: Days from which the weights of neighbours can be learned, and how many days' worth equal weights count.
_LEAST_DAYS = 30
_RIDGE = 30.0


@dataclass(frozen=True)
class NeighbourRule:
    """Settings.

    Attributes
    ----------
    parameters:
        Codes looked at.
    lengths:
        Days of a window.
    season_days:
        Days around each whose median is the station's own place among its neighbours.
    least_change:
        Departure from the neighbours that counts, as a share.
    drift_days:
        Days over which a drift is looked for.
    least_drift:
        Change over these days that counts, as a share.
    least_hours:
        Hours that a day needs.
    """

    parameters: tuple[str, ...]
    lengths: tuple[int, ...]
    season_days: int
    least_change: float
    drift_days: int
    least_drift: float
    least_hours: int


def daily_residual(network: Network, parameter: str, least_hours: int) -> Array:
    """Daily logarithm of a station less what its neighbours say of it [D, S]; NaN without two of them.

    What neighbours say: their weighted mean, weights fitted to the record and drawn towards equal ones (ridge), which
    leaves a quarter less of scatter than their median does. Days are what is fitted; an hour profile of the station
    falls out of them. A day of fewer hours, or of blown dust, is no day.
    """
    values = network.values[parameter]
    if parameter in PARTICLES:
        values = np.where(network.dusty, np.nan, values)
    daily = by_day(np.log(np.maximum(values, 0) + network.floors[parameter]), least_hours=least_hours)
    found = np.full(daily.shape, np.nan)
    for place, near in enumerate(network.neighbours):
        if len(near) < 2:
            continue
        said = daily[:, near]
        common = middle(said, at_least=2)
        usable = ~np.isnan(common) & ~np.isnan(daily[:, place])
        if usable.sum() < _LEAST_DAYS:
            continue
        # A neighbour without a day is taken to stand where it usually stands beside the others.
        usual = middle((said - common[:, None]).T)
        filled = np.where(np.isnan(said), common[:, None] + np.nan_to_num(usual), said)[usable]
        centred = filled - filled.mean(axis=0)
        own = daily[usable, place] - daily[usable, place].mean()
        equal = np.full(len(near), 1 / len(near))
        spread = float(centred.var())
        weights = equal
        # Neighbours that stood still all the time (stuck, or clean air in whole steps) teach nothing.
        if spread > 0:
            held = _RIDGE * spread * np.eye(len(near))
            weights = equal + np.linalg.solve(centred.T @ centred + held, centred.T @ (own - centred @ equal))
        found[usable, place] = own - centred @ weights
    return found


def find(network: Network, rule: NeighbourRule) -> tuple[Answer, ...]:
    """Sudden departures and drifts."""
    sudden: list[Found] = []
    drifts: list[Found] = []
    tests = drift_tests = 0
    for parameter in network.have(rule.parameters):
        daily = daily_residual(network, parameter, rule.least_hours)
        rest = without_season(daily, rule.season_days)
        made, number = excursions(
            rest, rule.lengths, math.log(1 + rule.least_change),
            parameter, "sudden",
        )  # fmt: skip
        sudden += made
        tests += number
        made, number = _drift(winsorised(daily, OUTER, least=LEAST_OUTER), parameter, rule)
        drifts += made
        drift_tests += number
    return Answer.of(sudden, tests), Answer.of(drifts, drift_tests)


def _drift(daily: Array, parameter: str, rule: NeighbourRule) -> tuple[list[Found], int]:
    """Straight changes over weeks: the difference of the outer thirds less what a step would make of the middle."""
    length = rule.drift_days
    third = length // 3
    if daily.shape[0] < 3 * length:
        return [], 0
    means = rolling_mean(daily, third, least=math.ceil(0.7 * third))
    last = means.shape[0] - 2 * third
    first, centre, end = means[:last], means[third : third + last], means[2 * third : 2 * third + last]
    change = end - first
    # On a straight line the middle lies half way; a step has its middle at one of the ends.
    straight = np.abs(centre - (first + end) / 2) <= np.abs(change) / 4
    standard = np.abs(standardised(change))
    chance = tail_log10(standard)
    tests = math.ceil(2 * int((~np.isnan(standard)).sum()) / length)
    found = []
    wanted = straight & (np.abs(change) * length / (2 * third) >= math.log(1 + rule.least_drift)) & (chance < -2)
    for day, station in np.argwhere(wanted):
        total = float(change[day, station]) * length / (2 * third)
        numbers = {
            "days": 3 * third, "change_percent": round(100 * (math.exp(total) - 1), 1),
            "z": round(float(standard[day, station]), 1),
        }  # fmt: skip
        begin = int(day) * HOURS
        found.append(
            Found(
                int(station), parameter, begin, begin + 3 * third * HOURS, float(chance[day, station]), numbers, "drift"
            )
        )
    return found, tests
