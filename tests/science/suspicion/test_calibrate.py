"""From statistics to scores, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from saishang.science.suspicion.calibrate import (
    benjamini_hochberg,
    chosen,
    distinct,
    joined,
    score,
    tail_log10,
)
from saishang.science.suspicion.network import Answer, Found


def found(begin: int, end: int, log10_p: float = -5.0, series: int = 0, variant: str = "") -> Found:
    return Found(series, "PM10", begin, end, log10_p, {"p": log10_p}, variant)


def test_benjamini_hochberg_by_hand() -> None:
    # p 0.01 0.03 0.02 0.5 of four tests: 4·0.01/1 = 0.04, 4·0.02/2 = 0.04, 4·0.03/3 = 0.04, 4·0.5/4 = 0.5
    rates = benjamini_hochberg([math.log10(p) for p in (0.01, 0.03, 0.02, 0.5)], math.log10(4))
    assert [10**rate for rate in rates] == pytest.approx([0.04, 0.04, 0.04, 0.5])
    # A hundred tests of which three are listed: only the number counts, 100·0.0001/1.
    assert 10 ** benjamini_hochberg([-4.0], 2.0)[0] == pytest.approx(0.01)
    # Never above certainty.
    assert benjamini_hochberg([-0.1], 2.0) == [0.0]


def test_score_counts_zeros() -> None:
    assert [score(rate) for rate in (0.0, -1.0, -2.0, -3.14, -40.0)] == [0.0, 10.0, 20.0, 31.4, 100.0]


def test_chosen_keeps_what_is_at_the_limit() -> None:
    # Ten tests: rate 10·p; 0.01 → 0.1 is the limit, 0.0101 is beyond it.
    at = Answer((found(0, 5, -2.0),), 1.0)
    beyond = Answer((found(0, 5, math.log10(0.0101)),), 1.0)
    assert [points for _, points in chosen(at, 0.1)] == [10.0]
    assert chosen(beyond, 0.1) == []


def test_joined_takes_touching_stretches_of_one_series_only() -> None:
    rows = [found(0, 5, -4), found(5, 9, -6), found(10, 12), found(0, 9, series=1), found(3, 7, variant="x")]
    assert [(one.series, one.begin, one.end, one.log10_p) for one in joined(rows)] == [
        (0, 0, 9, -6), (0, 10, 12, -5), (1, 0, 9, -5), (0, 3, 7, -5),
    ]  # fmt: skip
    assert [(one.begin, one.end) for one in joined(rows[:3], gap=1)] == [(0, 12)]


def test_windows_that_share_days_are_one_discovery() -> None:
    # A hundred tests. Three windows of one stretch at 0.001: one discovery, 100·0.001/1 = 0.1; as three it were 0.033.
    windows = tuple(found(day, day + 7, -3.0) for day in (0, 3, 6))
    assert [points for _, points in chosen(Answer(windows, 2.0), 0.1)] == [10.0]
    # Another station makes two: 100·0.001/2 = 0.05, 13 points each.
    two = (*windows, found(0, 7, -3.0, series=1))
    assert [(one.series, one.end, points) for one, points in chosen(Answer(two, 2.0), 0.1)] == [
        (0, 13, 13.0), (1, 7, 13.0),
    ]  # fmt: skip


def test_distinct_stretches_by_hand() -> None:
    rows = [found(0, 5, -9), found(10, 15, -8), found(5, 10, -7), found(20, 25, -6), found(0, 5, -5, series=1)]
    # Two apart; the third fills the gap and makes one of them; then another, and another series.
    assert distinct(rows) == [1, 2, 1, 2, 3]
    assert distinct(list(reversed(rows))) == [3, 2, 1, 2, 1]
    # Six hours between 25 and 31: one stretch with a gap of six, two with five.
    apart = [found(20, 25, -9), found(31, 32, -8)]
    assert distinct(apart, gap=6) == [1, 1] and distinct(apart, gap=5) == [1, 2]
    # Always as many as are joined.
    assert distinct(rows)[-1] == len(joined(rows))


def test_tail_of_an_exponential_distribution_is_its_own() -> None:
    values = -np.log(1 - (np.arange(4000) + 0.5) / 4000)  # quantiles of the unit exponential
    asked = np.array([1.0, 3.0, 10.0, np.nan])
    wanted = asked / -math.log(10)
    assert tail_log10(values, asked)[:3] == pytest.approx(wanted[:3], abs=0.05)
    assert math.isnan(tail_log10(values, asked)[3])


def test_a_few_manipulated_stretches_do_not_excuse_themselves() -> None:
    values = -np.log(1 - (np.arange(4000) + 0.5) / 4000)
    spoilt = np.concatenate([values, np.full(40, 15.0)])  # one in a hundred
    assert tail_log10(spoilt, np.array([15.0]))[0] < -5


def test_few_statistics_promise_little() -> None:
    assert tail_log10(np.arange(9.0), np.array([100.0]))[0] == pytest.approx(-1.0)
