"""Last digits (末位数字) and heaping below limits (限值下堆积): figures that people made look like people's figures.

The last digit of a figure whose values spread over many tens is nearly even. What it should be is read from the
series' own smoothed distribution, so a narrow or a steep one raises no alarm; hours that merely repeat are counted
once. χ² with nine degrees of freedom (fewer where the instrument reports in other steps). Heaping: more values just
below an edge (a limit, a class) than just above, against a smooth line through the counts on both sides; for days and
for hours. Threshold bunching: Ghanem and Zhang 2014 (air.md section 10).

SciPy's distributions are loaded where a figure is judged: every page would wait for them otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saishang.science.suspicion.network import HOURS, Answer, Array, Found, Network, by_day

__all__ = ["DigitRule", "find", "heaping", "last_digits"]

_LN10 = math.log(10)
_TWICE = 1.0


@dataclass(frozen=True)
class DigitRule:
    """Settings.

    Attributes
    ----------
    parameters:
        Codes whose last digits are looked at.
    days, step:
        Stretches of days, and the step between them.
    least_values:
        Values (repeats counted once) that a stretch needs.
    least_range:
        Range between the 10th and the 90th percentile in last-digit cycles: 3 = thirty reported steps.
    least_shift:
        Distance between the shares seen and expected (half the sum of the differences) that counts.
    edges:
        Parameter → edges of hours and days below which values may heap.
    edge_width:
        Reported steps on each side of an edge that are compared.
    least_near:
        Values near an edge that the comparison needs.
    least_hours:
        Hours that a daily mean needs.
    """

    parameters: tuple[str, ...]
    days: int
    step: int
    least_values: int
    least_range: float
    least_shift: float
    edges: Mapping[str, tuple[float, ...]]
    edge_width: int
    least_near: int
    least_hours: int


def last_digits(whole: NDArray[np.int64]) -> tuple[NDArray[np.int64], Array]:
    """Counts of the last digits 0…9 of whole numbers from 10 on, seen and as their smoothed distribution has them."""
    seen = np.bincount(np.mod(whole[whole >= 10], 10), minlength=10)
    size = int(whole.max()) + 20
    histogram = np.bincount(whole, minlength=size).astype(float)
    # A window of ten steps holds every digit once, so that the digits themselves smooth away. Smoothing what the first
    # smoothing missed gives back the slopes and bends of the distribution ("twicing", Tukey 1977).
    first = _smooth(histogram)
    expected_at = np.maximum(first + _smooth(histogram - first) * _TWICE, 0)
    # Below ten the last digit is the only one, and instruments end there: not counted.
    expected = np.bincount(np.mod(np.arange(10, size), 10), expected_at[10:], minlength=10)
    return seen, np.maximum(expected * (seen.sum() / max(expected.sum(), 1e-9)), 0.5)


def _smooth(histogram: Array) -> Array:
    """Moving mean over ten steps, centred, counts reflected at zero so that none get lost there."""
    padded = np.concatenate([histogram[9::-1], histogram, np.zeros(10)])
    ten = np.convolve(padded, np.r_[0.5, np.ones(9), 0.5] / 10, mode="same")
    found: Array = ten[10 : 10 + len(histogram)]
    return found


def heaping(whole: NDArray[np.int64], edge: int, width: int) -> tuple[int, int, float]:
    """(values just below or at the edge, just above, share below that a smooth line expects).

    The line goes through the logarithms of the counts of the next `width` steps on each side.
    """

    def count(low: int, high: int) -> int:
        return int(((whole > low) & (whole <= high)).sum())

    below, above = count(edge - width, edge), count(edge, edge + width)
    far_below, far_above = count(edge - 2 * width, edge - width), count(edge + width, edge + 2 * width)
    slope = (math.log(far_above + 1) - math.log(far_below + 1)) / 3
    return below, above, 1 / (1 + math.exp(slope))


def find(network: Network, rule: DigitRule) -> tuple[Answer, ...]:
    """Uneven last digits by stretches of days, and heaping below edges over the whole record."""
    digits: list[Found] = []
    heaps: list[Found] = []
    tests = heap_tests = 0
    for parameter in network.have(rule.parameters):
        made, number = _digits(network, parameter, rule)
        digits += made
        tests += number
    for parameter in network.have(list(rule.edges)):
        made, number = _heaps(network, parameter, rule)
        heaps += made
        heap_tests += number
    return Answer.of(digits, tests), Answer.of(heaps, heap_tests)


def _digits(network: Network, parameter: str, rule: DigitRule) -> tuple[list[Found], int]:
    values = network.values[parameter] / network.quantum[parameter]
    changed = np.ones(values.shape, dtype=bool)
    changed[1:] = values[1:] != values[:-1]
    usable = ~np.isnan(values) & changed & (values >= 0)
    stretches: list[tuple[int, slice, NDArray[np.int64], Array, float, int]] = []
    starts: Sequence[int] = range(0, max(network.days - rule.days, 0) + 1, rule.step)
    for station in range(values.shape[1]):
        for day in starts:
            stretch = slice(day * HOURS, (day + rule.days) * HOURS)
            whole = np.rint(values[stretch, station][usable[stretch, station]]).astype(np.int64)
            if len(whole) < rule.least_values:
                continue
            low, high = np.percentile(whole, [10, 90])
            if high - low < 10 * rule.least_range:
                continue
            seen, expected = last_digits(whole)
            statistic = float(((seen - expected) ** 2 / expected).sum())
            stretches.append((station, stretch, seen, expected, statistic, int(seen.sum())))
    if not stretches:
        return [], 0
    from scipy.stats import chi2

    # χ² takes hours for independent, which they are not quite: it is divided by how much larger than it should be it is
    # over the network, in the middle or towards the upper end, whichever says more.
    statistics = np.array([row[4] for row in stretches])
    inflated = max(1.0, *(float(np.quantile(statistics, q) / chi2.ppf(q, 9)) for q in (0.5, 0.9)))
    found = []
    for station, stretch, seen, expected, statistic, count in stretches:
        shift = float(np.abs(seen - expected).sum() / 2 / count)
        log10_p = float(chi2.logsf(statistic / inflated, 9)) / _LN10
        if shift < rule.least_shift or log10_p > -2:
            continue
        numbers = {
            "digits": seen.tolist(), "expected": [round(float(x), 1) for x in expected], "values": count,
            "chi2": round(statistic, 1), "inflated": round(inflated, 2), "shift_percent": round(100 * shift, 1),
            "fives_percent": round(100 * float(seen[[0, 5]].sum()) / count, 1),
        }  # fmt: skip
        found.append(
            Found(station, parameter, stretch.start, min(stretch.stop, len(values)), log10_p, numbers, "digits")
        )
    return found, len(stretches)


def _heaps(network: Network, parameter: str, rule: DigitRule) -> tuple[list[Found], int]:
    from scipy.stats import binom

    found: list[Found] = []
    tests = 0
    hourly = network.values[parameter] / network.quantum[parameter]
    daily = np.floor(by_day(hourly, least_hours=rule.least_hours) + 0.5)
    for span, values in (("hours", hourly), ("days", daily)):
        for station in range(values.shape[1]):
            column = values[:, station]
            there = np.flatnonzero(~np.isnan(column))
            whole = np.rint(column[there]).astype(np.int64)
            for limit in rule.edges[parameter]:
                edge = round(limit / network.quantum[parameter])
                below, above, expected = heaping(whole, edge, rule.edge_width)
                if below + above < rule.least_near:
                    continue
                tests += 1
                # Hours hang together: an hour counts as a third of one that stood alone.
                weight = 3 if span == "hours" else 1
                log10_p = float(binom.logsf(below // weight - 1, (below + above) // weight, expected)) / _LN10
                if log10_p > -2:
                    continue
                numbers = {
                    "edge": limit, "below": below, "above": above, "expected_percent": round(100 * expected, 1),
                    "seen_percent": round(100 * below / (below + above), 1), "span": span,
                }  # fmt: skip
                scale = HOURS if span == "days" else 1
                begin, end = int(there[0]) * scale, (int(there[-1]) + 1) * scale
                found.append(Found(station, parameter, begin, end, log10_p, numbers, f"heap_{span}_{limit:g}"))
    return found, tests
