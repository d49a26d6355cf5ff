"""Stretches of days in which a daily statistic leaves its own habit: shared by ratios, neighbours and steps."""

from __future__ import annotations

import math

import numpy as np

from saishang.science.suspicion.calibrate import tail_log10
from saishang.science.suspicion.network import HOURS, Array, Found
from saishang.science.suspicion.windows import rolling_mean, standardised

__all__ = ["excursions"]


def excursions(
    daily: Array, lengths: tuple[int, ...], least: float, parameter: str, variant: str
) -> tuple[list[Found], int]:
    """Windows of days whose mean is far from the station's own; (found, tests).

    Parameters
    ----------
    daily:
        [D, S] logarithms, season taken out.
    lengths:
        Days of a window; four of five need a value.
    least:
        Means nearer to 0 than this are never told.
    """
    found: list[Found] = []
    tests = 0
    for length in lengths:
        if daily.shape[0] < 4 * length:
            continue
        means = rolling_mean(daily, length, least=math.ceil(0.8 * length))
        standard = np.abs(standardised(means))
        chance = tail_log10(standard)
        # Windows that share days are not tests of their own: two to a length.
        tests += math.ceil(2 * int((~np.isnan(standard)).sum()) / length)
        for day, station in np.argwhere((np.abs(means) >= least) & (chance < -2)):
            mean = float(means[day, station])
            numbers = {
                "days": length,
                "z": round(float(standard[day, station]), 1),
                "change_percent": round(100 * (math.exp(mean) - 1), 1),
            }
            begin = int(day) * HOURS
            found.append(
                Found(
                    int(station),
                    parameter,
                    begin,
                    begin + length * HOURS,
                    float(chance[day, station]),
                    numbers,
                    variant,
                )
            )
    return found, tests
