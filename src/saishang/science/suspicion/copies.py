"""Copied series (复制): stretches of one series that stand again at another station or another time.

Exact copies are found at any station and any shift at once: every stretch of `window` hours is hashed, and equal
hashes are looked up, verified digit by digit and grown to their full length; the same is done for the changes from hour
to hour, which finds copies with something added. Copies with a factor lose digits to rounding; for those, windows of
a day are compared by correlation at shifts of half days, and the few that agree within rounding are told.

Stations of one city go up and down together. A copy at the same hour is therefore measured against how often the two
stations agree anyway; a copy at another time against how likely the path of values is, step by step, at its level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from saishang.science.suspicion.calibrate import tail_log10
from saishang.science.suspicion.network import HOURS, Answer, Array, Found, Network

__all__ = ["CopyRule", "find"]

_MISSING = np.iinfo(np.int64).min
#: Classes of steps beyond this many quanta are one.
_FURTHEST = 60
#: Shifts (half days) whose windows tell how alike days are by themselves: the same hours, and a day apart.
_CALIBRATED = (0, 2)


@dataclass(frozen=True)
class CopyRule:
    """Settings.

    Attributes
    ----------
    parameters:
        Codes looked at.
    window:
        Hours of a stretch that is looked up.
    least_hours:
        Copies shorter than this are not told.
    least_distinct:
        A stretch needs this many different values (changes), or it says nothing.
    most_per_hour:
        An equal hour counts at most so many decimal digits of evidence, however unusual its step.
    most_alike:
        Stretches that stand more often than this are nobody's copy.
    scaled_quanta:
        Spread (in reported steps) that a day needs before a copy with a factor can be told.
    scaled_shifts:
        Shifts of such copies, in half days.
    scaled_slopes:
        Least and largest factor.
    """

    parameters: tuple[str, ...]
    window: int
    least_hours: int
    least_distinct: int
    most_per_hour: float
    most_alike: int
    scaled_quanta: float
    scaled_shifts: int
    scaled_slopes: tuple[float, float]


def find(network: Network, rule: CopyRule) -> tuple[Answer, ...]:
    """Copies of all three kinds; a copy that is exact is not told again as one with an offset or a factor."""
    found: list[Found] = []
    scaled: list[Found] = []
    log10_tests = 0.0
    windows = 0
    for parameter in network.have(rule.parameters):
        whole = _whole(network, parameter)
        exact, tests = _exact(network, parameter, whole, rule, offset=False)
        shifted, _same = _exact(network, parameter, whole, rule, offset=True)
        found += exact
        found += [one for one in shifted if not _covered(one, exact)]
        made, number = _scaled(network, parameter, rule)
        scaled += [one for one in made if not _covered(one, [*exact, *shifted])]
        windows += number
        log10_tests = max(log10_tests, tests)
    return Answer(tuple(found), log10_tests + math.log10(max(len(rule.parameters), 1))), Answer.of(scaled, windows)


def _whole(network: Network, parameter: str) -> NDArray[np.int64]:
    """Values in reported steps, [S, T]."""
    values = network.values[parameter].T / network.quantum[parameter]
    return np.where(np.isnan(values), _MISSING, np.rint(np.nan_to_num(values))).astype(np.int64)


def _covered(one: Found, others: list[Found]) -> bool:
    """Whether the stretch or its counterpart is told already."""
    return any(
        {one.series, one.other} == {other.series, other.other}
        and one.begin < other.end and other.begin < one.end
        for other in others
    )  # fmt: skip


def _information(whole: NDArray[np.int64], most: float) -> Array:
    """Decimal digits that each hour's step from the hour before carries, [S, T]: −log10 of its share at its level."""
    before, now = whole[:, :-1], whole[:, 1:]
    there = (before != _MISSING) & (now != _MISSING)
    level = np.where(there, np.floor(2 * np.log2(np.maximum(before, 0) + 1.0)), 0).astype(np.int64)
    step = np.clip(np.where(there, now - before, 0), -_FURTHEST, _FURTHEST) + _FURTHEST
    width = 2 * _FURTHEST + 1
    cell = (level * width + step)[there]
    size = int(level.max(initial=0) + 1) * width
    counts = np.bincount(cell, minlength=size).astype(float)
    totals = counts.reshape(-1, width).sum(axis=1).repeat(width)
    digits = np.zeros(whole.shape)
    digits[:, 1:][there] = np.minimum(-np.log10(counts[cell] / totals[cell]), most)
    return digits


def _exact(
    network: Network, parameter: str, whole: NDArray[np.int64], rule: CopyRule, *, offset: bool
) -> tuple[list[Found], float]:
    size = rule.window
    token = whole
    if offset:
        token = np.full_like(whole, _MISSING)
        there = (whole[:, 1:] != _MISSING) & (whole[:, :-1] != _MISSING)
        token[:, 1:][there] = (whole[:, 1:] - whole[:, :-1])[there]
    windows = np.lib.stride_tricks.sliding_window_view(token, size, axis=1)  # [S, T − size + 1, size]
    usable = (windows != _MISSING).all(axis=2)
    place_s, place_t = np.nonzero(usable)
    stretches = windows[place_s, place_t]
    ordered = np.sort(stretches, axis=1)
    distinct = 1 + (np.diff(ordered, axis=1) != 0).sum(axis=1)
    telling = distinct >= rule.least_distinct
    place_s, place_t, stretches = place_s[telling], place_t[telling], stretches[telling]
    log10_tests = 2 * math.log10(max(len(place_s), 1)) - math.log10(2)
    pairs = _alignments(place_s, place_t, stretches, rule.most_alike)
    if not len(pairs):
        return [], log10_tests
    digits = _information(whole, rule.most_per_hour)
    habits: dict[tuple[int, int], float] = {}
    made: list[Found] = []
    # Alignments of one pair and shift that follow each other are one copy.
    for s1, t1, s2, t2, n in _grown(pairs, size):
        if n < rule.least_hours:
            continue
        # The later stretch is the copy, of two at the same time neither is.
        series, begin, other, origin = (s2, t2, s1, t1) if t2 >= t1 else (s1, t1, s2, t2)
        shift = begin - origin
        equal = n if offset else n - 1
        steps = digits[series, begin + (0 if offset else 1) : begin + n]
        log10_p = -float(steps.sum())
        if shift == 0:
            pair = (min(s1, s2), max(s1, s2))
            if pair not in habits:
                habits[pair] = _agreement(token[pair[0]], token[pair[1]])
            log10_p = max(log10_p, equal * math.log10(habits[pair]))
        values = whole[series, begin : begin + n] * network.quantum[parameter]
        numbers: dict[str, Any] = {
            "hours": n, "shift_hours": int(shift), "distinct": len(np.unique(values)),
            "lowest": round(float(values.min()), 2), "highest": round(float(values.max()), 2),
        }  # fmt: skip
        if offset:
            added = (whole[series, begin] - whole[other, origin]) * network.quantum[parameter]
            if added == 0:
                continue
            numbers["offset"] = round(float(added), 2)
        variant = ("offset_" if offset else "") + ("own_past" if other == series else "station")
        made.append(Found(series, parameter, begin, begin + n, log10_p, numbers, variant, other))
    return made, log10_tests


def _alignments(
    place_s: NDArray[np.intp], place_t: NDArray[np.intp], stretches: NDArray[np.int64], most: int
) -> NDArray[np.intp]:
    """Rows (s1, t1, s2, t2) of stretches that are equal, (s1, t1) before (s2, t2); none of stretches that abound."""
    odd = np.arange(1, 2 * stretches.shape[1], 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) | np.uint64(1)
    with np.errstate(over="ignore"):
        mixed = (stretches.astype(np.uint64) + np.uint64(0x632BE59BD9B4E019)) * odd
        mixed ^= mixed >> np.uint64(29)
        hashes = (mixed * odd[::-1]).sum(axis=1, dtype=np.uint64)
    order = np.argsort(hashes, kind="stable")
    sorted_hashes = hashes[order]
    made = []
    for apart in range(1, most + 1):
        same = np.flatnonzero(sorted_hashes[apart:] == sorted_hashes[:-apart])
        if not len(same):
            break
        # A stretch that abounds is left out: the hash further on is equal still.
        if apart == 1:
            beyond = np.zeros(len(order), dtype=bool)
            if len(order) > most:
                many = np.flatnonzero(sorted_hashes[most:] == sorted_hashes[:-most])
                for k in range(most + 1):
                    beyond[many + k] = True
        same = same[~beyond[same] & ~beyond[same + apart]]
        one, two = order[same], order[same + apart]
        equal = (stretches[one] == stretches[two]).all(axis=1)
        one, two = one[equal], two[equal]
        made.append(np.column_stack([place_s[one], place_t[one], place_s[two], place_t[two]]))
    return np.concatenate(made) if made else np.empty((0, 4), dtype=np.intp)


def _grown(pairs: NDArray[np.intp], size: int) -> list[tuple[int, int, int, int, int]]:
    """(s1, t1, s2, t2, hours) of alignments that follow each other, joined; a series over itself is left out."""
    shift = pairs[:, 3] - pairs[:, 1]
    order = np.lexsort((pairs[:, 1], shift, pairs[:, 2], pairs[:, 0]))
    rows = pairs[order]
    lag = shift[order]
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = (
        (rows[1:, 0] != rows[:-1, 0]) | (rows[1:, 2] != rows[:-1, 2]) | (lag[1:] != lag[:-1])
        | (rows[1:, 1] != rows[:-1, 1] + 1)
    )  # fmt: skip
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(rows)) - 1
    found = []
    for i, j in zip(first, last, strict=True):
        s1, t1, s2, t2 = (int(x) for x in rows[i])
        n = int(j - i) + size
        if s1 == s2 and abs(t2 - t1) < n:
            continue  # a periodic stretch is equal to itself: not a copy of another time
        found.append((s1, t1, s2, t2, n))
    return found


def _agreement(one: NDArray[np.int64], two: NDArray[np.int64]) -> float:
    """Chance that two series agree in an hour when they agreed in the hour before, long copies counted once."""
    both = (one != _MISSING) & (two != _MISSING)
    same = both & (one == two)
    after = both[1:] & both[:-1] & same[:-1]
    again = after & same[1:]
    # A run of agreement counts for at most three hours: what is looked for must not explain itself.
    runs = np.flatnonzero(np.diff(np.concatenate([[0], same.astype(np.int8), [0]])))
    lengths = runs[1::2] - runs[::2]
    most = np.minimum(lengths, 3)
    chances = float(most.sum())
    repeats = float((most - 1).clip(0).sum())
    if not again.any():
        repeats = 0.0
    return float(np.clip((repeats + 1.0) / (chances + 5.0), 0.02, 0.95))


def _alike(fit: Array) -> Array:
    """How alike two days are: −log10 of what a straight line leaves of the variance; 0 against each other."""
    found: Array = -np.log10(np.maximum(1 - np.clip(fit, 0, 1) ** 2, 1e-12))
    return found


def _scaled(network: Network, parameter: str, rule: CopyRule) -> tuple[list[Found], int]:
    """Days that follow another station or another time with a factor, up to rounding."""
    half = HOURS // 2
    values = network.values[parameter].T  # [S, T]
    stations = values.shape[0]
    quantum = network.quantum[parameter]
    windows = np.lib.stride_tricks.sliding_window_view(values, HOURS, axis=1)[:, ::half]  # [S, W, 24]
    missing = np.isnan(windows)
    enough = missing.sum(axis=2) == 0
    filled = np.where(missing, 0, windows)
    centred = filled - filled.mean(axis=2, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=2))
    usable = enough & (spread >= rule.scaled_quanta * quantum)
    unit = np.where(usable[..., None], centred / np.maximum(spread, 1e-12)[..., None], np.nan).transpose(1, 0, 2)
    spread = spread.T  # [W, S]
    count = unit.shape[0]
    found: list[Found] = []
    pool: list[Array] = []
    compared = 0
    asked: list[tuple[int, int, int, int, float, float]] = []
    for shift in range(rule.scaled_shifts + 1):
        if shift >= count:
            break
        now, past = unit[shift:], unit[: count - shift]
        fit = np.einsum("wsh,wph->wsp", now, past, optimize=True) / HOURS
        if shift == 0:
            fit[:, np.arange(stations), np.arange(stations)] = np.nan
        elif shift == 1:
            # Windows of one series half a day apart share hours.
            fit[:, np.arange(stations), np.arange(stations)] = np.nan
        # What rounding leaves: a uniform error of half a step, 0.29 of it as a standard deviation.
        rounding = (0.35 * quantum / np.maximum(spread[shift:], 1e-12)) ** 2
        with np.errstate(invalid="ignore"):
            close = (fit > 0) & (1 - fit**2 <= rounding[:, :, None])
        compared += int((~np.isnan(fit)).sum()) // (2 if shift == 0 else 1)
        if shift in _CALIBRATED:
            pool.append(_alike(fit[~np.isnan(fit)]))
        for w, s, p in zip(*np.nonzero(close), strict=True):
            slope = fit[w, s, p] * spread[w + shift, s] / spread[w, p]
            if rule.scaled_slopes[0] <= slope <= rule.scaled_slopes[1]:
                alike = float(_alike(fit[w, s, p]))
                asked.append((int(w), int(s), int(p), shift, alike, float(slope)))
    if not asked:
        return [], compared
    everything = np.concatenate(pool)
    chance = tail_log10(everything, np.array([row[4] for row in asked]))
    for (w, s, p, shift, _left, slope), log10_p in zip(asked, chance, strict=True):
        begin = (w + shift) * half
        numbers = {"hours": HOURS, "shift_hours": shift * half, "factor": round(slope, 3)}
        variant = "scaled_own_past" if s == p else "scaled_station"
        found.append(Found(s, parameter, begin, begin + HOURS, float(log10_p), numbers, variant, p))
    return found, compared
