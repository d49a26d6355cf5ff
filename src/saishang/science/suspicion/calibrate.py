"""From statistics to scores: tails learned from the network itself, false discoveries controlled, one scale 0–100.

Residuals of real air have heavier tails than a normal distribution. The chance of a large statistic is therefore read
from the network's own statistics: the empirical share up to a high quantile, beyond it an exponential tail through two
quantiles of the upper end. They lie low enough that a few manipulated stretches, at most some percent of all, do not
take the tail with them. False discoveries: Benjamini and Hochberg
(1995), J. R. Stat. Soc. B 57, 289–300, over all tests of a signal.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from saishang.science.suspicion.network import Answer, Array, Found

__all__ = ["SCORE_MOST", "benjamini_hochberg", "chosen", "distinct", "joined", "score", "tail_log10"]

SCORE_MOST = 100.0
#: The tail is drawn through these quantiles of the network's statistics.
_LOW, _HIGH = 0.85, 0.975


def tail_log10(statistics: Array, asked: Array | None = None) -> Array:
    """log10 of the chance that a statistic of this network is at least so large, one-sided.

    Parameters
    ----------
    statistics:
        All statistics of the network, any shape; NaN are left out.
    asked:
        Those whose chance is wanted; without it all of them. Same shape comes back, NaN where NaN came.
    """
    asked = statistics if asked is None else asked
    known = np.sort(statistics[~np.isnan(statistics)])
    found = np.full(asked.shape, np.nan)
    there = ~np.isnan(asked)
    if not len(known):
        return found
    # Nobody is more certain than the number of looks allows, within the empirical part.
    share = (len(known) - np.searchsorted(known, asked[there], side="left") + 1) / (len(known) + 1)
    value = np.log10(share)
    low, high = np.quantile(known, [_LOW, _HIGH])
    if high > low and len(known) >= 200:
        rate = (math.log10(1 - _LOW) - math.log10(1 - _HIGH)) / (high - low)
        beyond = math.log10(1 - _HIGH) - rate * (asked[there] - high)
        value = np.where(asked[there] > high, beyond, value)
    found[there] = value
    return found


def benjamini_hochberg(
    log10_p: Sequence[float], log10_tests: float, discoveries: Sequence[int] | None = None
) -> list[float]:  # fmt: skip
    """log10 of the false discovery rate at which each would be called, in the given order; never above 0.

    Parameters
    ----------
    log10_tests:
        Counts all tests that were made, also those whose p is not listed because it was large.
    discoveries:
        How many discoveries there are when each of these is the last one called (`distinct`); without it each is one.
    """
    order = sorted(range(len(log10_p)), key=lambda i: log10_p[i])
    found = [0.0] * len(log10_p)
    least = 0.0
    for rank in range(len(order), 0, -1):
        place = order[rank - 1]
        called = rank if discoveries is None else discoveries[place]
        least = min(least, log10_p[place] + log10_tests - math.log10(called))
        found[place] = least
    return found


def distinct(found: Sequence[Found], *, gap: int = 0) -> list[int]:
    """How many stretches (`joined`) those make that are at least as improbable as each, in the given order.

    Windows that share days are one discovery, as they are not tests of their own: counted as many, a single odd week
    would make room for its own and for others' chance.
    """
    known: dict[tuple[int, str, str, int], list[tuple[int, int]]] = {}
    counts = [0] * len(found)
    total = 0
    for place in sorted(range(len(found)), key=lambda i: found[i].log10_p):
        one = found[place]
        rows = known.setdefault((one.series, one.parameter, one.variant, one.other), [])
        begin, end = one.begin, one.end
        # Stretches are apart from each other, so those that this one touches follow one another.
        first = bisect_left(rows, begin - gap, key=lambda row: row[1])
        last = first
        while last < len(rows) and rows[last][0] <= end + gap:
            begin, end = min(begin, rows[last][0]), max(end, rows[last][1])
            last += 1
        total += 1 - (last - first)
        del rows[first:last]
        insort(rows, (begin, end))
        counts[place] = total
    return counts


def score(log10_q: float) -> float:
    """0–100: ten times the number of zeros of the false discovery rate (20 = 1 in 100, 30 = 1 in 1 000, …)."""
    return round(min(SCORE_MOST, max(0.0, -10.0 * log10_q)), 1)


def joined(found: Sequence[Found], *, gap: int = 0) -> list[Found]:
    """Stretches of one series, variant and other station that touch (up to `gap` hours apart) as one.

    The most improbable of them keeps its numbers; begin and end are those of all.
    """
    groups: dict[tuple[int, str, str, int], list[Found]] = {}
    for one in found:
        groups.setdefault((one.series, one.parameter, one.variant, one.other), []).append(one)
    made: list[Found] = []
    for rows in groups.values():
        rows.sort(key=lambda one: (one.begin, one.end))
        best, begin, end = rows[0], rows[0].begin, rows[0].end
        for one in rows[1:]:
            if one.begin <= end + gap:
                end = max(end, one.end)
                best = one if one.log10_p < best.log10_p else best
            else:
                made.append(replace(best, begin=begin, end=end))
                best, begin, end = one, one.begin, one.end
        made.append(replace(best, begin=begin, end=end))
    return made


def chosen(tested: Answer, false_share: float, *, gap: int = 0) -> list[tuple[Found, float]]:
    """Leads of a signal with their scores: those whose false discovery rate is at most `false_share`, joined."""
    rates = benjamini_hochberg(
        [one.log10_p for one in tested.found], tested.log10_tests, distinct(tested.found, gap=gap)
    )
    limit = math.log10(false_share)
    by_key = {id(one): rate for one, rate in zip(tested.found, rates, strict=True)}
    kept = [one for one in tested.found if by_key[id(one)] <= limit]
    rate_of = {(one.series, one.parameter, one.variant, one.other, one.log10_p): by_key[id(one)] for one in kept}
    return [
        (one, score(rate_of[(one.series, one.parameter, one.variant, one.other, one.log10_p)]))
        for one in joined(kept, gap=gap)
    ]
