"""Steps at inspection times (检查期间的阶跃): the level changes against the neighbours just when somebody looks.

Three questions on the daily residual to the neighbours: inside given inspection windows against the days before and
after (difference in differences); on the last days of months and quarters, when assessments close; and at times that
nobody named, the one change that lasts. The chance of each is that of the same statistic at all other times of all
stations (permutation of the time), so no distribution is assumed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from saishang.science.suspicion.calibrate import tail_log10
from saishang.science.suspicion.neighbours import daily_residual
from saishang.science.suspicion.network import HOURS, LEAST_OUTER, OUTER, Answer, Array, Found, Network, winsorised
from saishang.science.suspicion.windows import rolling_mean, standardised

__all__ = ["Inspection", "StepRule", "find"]


@dataclass(frozen=True)
class Inspection:
    """A time when somebody looked: days (first, last inclusive) and the groups or stations; empty means all."""

    name: str
    first: np.datetime64
    last: np.datetime64
    places: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StepRule:
    """Settings.

    Attributes
    ----------
    parameters:
        Codes looked at.
    flank_days:
        Days before and after an inspection that it is held against.
    least_change:
        Change against the neighbours that counts, as a share.
    end_days:
        Last days of a month.
    end_flank:
        Days before and after these that they are held against.
    lasting_days:
        Days on each side of a change that lasts.
    least_lasting:
        Change that counts there, as a share.
    least_hours:
        Hours that a day needs.
    """

    parameters: tuple[str, ...]
    flank_days: int
    least_change: float
    end_days: int
    end_flank: int
    lasting_days: int
    least_lasting: float
    least_hours: int


def find(network: Network, rule: StepRule, inspections: Sequence[Inspection] = ()) -> tuple[Answer, ...]:
    """Changes inside inspections, at the ends of months, and lasting ones at times that nobody named."""
    found: list[list[Found]] = [[], [], []]
    tests = [0, 0, 0]
    for parameter in network.have(rule.parameters):
        daily = winsorised(daily_residual(network, parameter, rule.least_hours), OUTER, least=LEAST_OUTER)
        for question, (made, number) in enumerate((
            _inspected(network, daily, parameter, rule, inspections),
            _month_ends(network, daily, parameter, rule),
            _lasting(network, daily, parameter, rule),
        )):  # fmt: skip
            found[question] += made
            tests[question] += number
    return tuple(Answer.of(made, number) for made, number in zip(found, tests, strict=True))


def _contrast(daily: Array, length: int, flank: int) -> Array:
    """Mean of `length` days less the mean of the flanks, at every first day [D, S]; NaN where a flank is missing."""
    days = daily.shape[0]
    found = np.full(daily.shape, np.nan)
    if days < length + 2 * flank:
        return found
    inside = rolling_mean(daily, length, least=math.ceil(0.6 * length))
    beside = rolling_mean(daily, flank, least=math.ceil(0.6 * flank))
    at = np.arange(flank, days - length - flank + 1)
    found[at] = inside[at] - (beside[at - flank] + beside[at + length]) / 2
    return found


def _inspected(
    network: Network, daily: Array, parameter: str, rule: StepRule, inspections: Sequence[Inspection]
) -> tuple[list[Found], int]:
    found: list[Found] = []
    tests = 0
    origin = network.start[0].astype("datetime64[D]")
    for inspection in inspections:
        first = int((inspection.first.astype("datetime64[D]") - origin).astype(int))
        length = (
            int((inspection.last.astype("datetime64[D]") - inspection.first.astype("datetime64[D]")).astype(int)) + 1
        )
        if first < 0 or first + length > network.days:
            continue
        change = _contrast(daily, length, rule.flank_days)
        standard = standardised(change)
        placebo = np.abs(standard).copy()
        near = slice(max(0, first - length - rule.flank_days), first + length + rule.flank_days)
        placebo[near] = np.nan  # what overlaps the inspection is no placebo
        chance = tail_log10(placebo, np.abs(standard[first]))
        for station, code in enumerate(network.stations):
            if inspection.places and not {code, network.groups[station]} & inspection.places:
                continue
            if np.isnan(chance[station]):
                continue
            tests += 1
            value = float(change[first, station])
            if abs(value) < math.log(1 + rule.least_change):
                continue
            numbers = {
                "days": length, "change_percent": round(100 * (math.exp(value) - 1), 1),
                "z": round(float(standard[first, station]), 1), "placebos": int((~np.isnan(placebo)).sum()),
                "inspection": inspection.name,
            }  # fmt: skip
            begin = first * HOURS
            found.append(
                Found(station, parameter, begin, begin + length * HOURS, float(chance[station]), numbers, "inspection")
            )
    return found, tests


def _month_ends(network: Network, daily: Array, parameter: str, rule: StepRule) -> tuple[list[Found], int]:
    """All month ends of the record together, against the same pattern laid at any other days of the month."""
    change = standardised(_contrast(daily, rule.end_days, rule.end_flank))
    if np.isnan(change).all():
        return [], 0
    dates = network.start[::HOURS].astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    # First day of the last `end_days` days of each month.
    ends = np.unique((months + 1).astype("datetime64[D]") - rule.end_days)
    at = (ends - dates[0]).astype(int)
    at = at[(at >= 0) & (at < network.days)]
    pooled = []
    for shift in range(-14, 15):
        places = at + shift
        places = places[(places >= 0) & (places < network.days)]
        rows = change[places]
        count = (~np.isnan(rows)).sum(axis=0)
        total = np.where(np.isnan(rows), 0, rows).sum(axis=0)
        pooled.append(np.where(count >= 3, total / np.sqrt(np.maximum(count, 1)), np.nan))
    table = np.stack(pooled)  # [shift, S]
    here = table[14]
    others = np.abs(np.delete(table, np.arange(14 - rule.end_days, 15 + rule.end_days), axis=0))
    chance = tail_log10(others, np.abs(here))
    found = []
    raw = _contrast(daily, rule.end_days, rule.end_flank)
    for station in np.flatnonzero(~np.isnan(chance)):
        mean = raw[at, station]
        mean = mean[~np.isnan(mean)]
        if not len(mean) or abs(float(mean.mean())) < math.log(1 + rule.least_change) or chance[station] > -2:
            continue
        numbers = {
            "days": rule.end_days, "months": len(mean), "z": round(float(here[station]), 1),
            "change_percent": round(100 * (math.exp(float(mean.mean())) - 1), 1),
        }  # fmt: skip
        found.append(
            Found(
                int(station), parameter, int(at[0]) * HOURS, (int(at[-1]) + rule.end_days) * HOURS,
                float(chance[station]), numbers, "month_end",
            )
        )  # fmt: skip
    return found, int((~np.isnan(chance)).sum())


def _lasting(network: Network, daily: Array, parameter: str, rule: StepRule) -> tuple[list[Found], int]:
    """Each place where the mean of the weeks after differs from that of the weeks before as nowhere else around."""
    length = rule.lasting_days
    if daily.shape[0] < 3 * length:
        return [], 0
    means = rolling_mean(daily, length, least=math.ceil(0.7 * length))
    change = means[length:] - means[:-length]
    standard = np.abs(standardised(change))
    chance = tail_log10(standard)
    dates = network.start[::HOURS].astype("datetime64[D]")
    found = []
    for day, station in np.argwhere((np.abs(change) >= math.log(1 + rule.least_lasting)) & (chance < -2)):
        around = np.abs(change[max(0, day - length) : day + length + 1, station])
        if np.abs(change[day, station]) < np.nanmax(around):
            continue  # the flank of a step that lies elsewhere
        at = int(day) + length
        month = dates[min(at, len(dates) - 1)].astype("datetime64[M]")
        to_end = min(
            abs(int((dates[min(at, len(dates) - 1)] - edge.astype("datetime64[D]")).astype(int)))
            for edge in (month, month + 1)
        )
        numbers = {
            "days": length, "change_percent": round(100 * (math.exp(float(change[day, station])) - 1), 1),
            "z": round(float(standard[day, station]), 1), "days_to_month_edge": to_end,
        }  # fmt: skip
        begin = at * HOURS
        found.append(
            Found(
                int(station), parameter, begin, begin + length * HOURS, float(chance[day, station]), numbers, "lasting"
            )
        )
    return found, math.ceil(2 * int((~np.isnan(standard)).sum()) / length)
