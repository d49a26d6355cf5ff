"""Alarms against a station's own background."""

from __future__ import annotations

from fractions import Fraction
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.science.numbers import InputError
from saishang.science.radiation.background import AlarmRule, Background, alarm_runs, background_of

RULE = AlarmRule()
#: Fifteen 59 and fifteen 61: mean 60, sum of squares 30, deviation √(30/29) = 1.01710; level 63.05130.
HISTORY = [59, 61] * 15


def test_background_by_hand() -> None:
    found = background_of([*HISTORY, None, "—"], RULE)
    assert (found.n, found.mean) == (30, 60)
    assert float(found.deviation) == pytest.approx((30 / 29) ** 0.5, rel=1e-15)
    assert float(found.level) == pytest.approx(63.0513, abs=1e-4)


@given(st.lists(st.integers(40, 200), min_size=30, max_size=60))
def test_background_agrees_with_the_library(history: list[int]) -> None:
    found = background_of(history, RULE)
    assert float(found.mean) == pytest.approx(mean(history)) and float(found.deviation) == pytest.approx(stdev(history))


def test_a_short_history_is_no_background() -> None:
    with pytest.raises(InputError, match="30 values"):
        background_of(HISTORY[:-1], RULE)


LEVEL = Background(30, Fraction(60), Fraction(1), Fraction(63))


@pytest.mark.parametrize(
    ("values", "runs"),
    [
        ([64, 64, 60, 64, 64], []),  # never three in a row
        ([60, 64, 64, 64, 60], [(1, 3)]),
        ([63, 63, 63, 63], []),  # equal to the level is not above
        (["63.01"] * 3, [(0, 2)]),
        ([64, 64, None, 64], []),  # a gap ends the run
        ([64] * 5, [(0, 4)]),
        ([64, 64, 64, 1, 64, 64, 64], [(0, 2), (4, 6)]),
        ([], []),
    ],
)
def test_runs(values: list[object], runs: list[tuple[int, int]]) -> None:
    assert [(run.first, run.last) for run in alarm_runs(values, LEVEL, RULE)] == runs


def test_rain_is_flagged_not_hidden() -> None:
    runs = alarm_runs([64, 66, 65, 1, 70, 70, 70], LEVEL, RULE, [False, True, None, False, False, False, False])
    assert [(run.rain, run.highest) for run in runs] == [(True, 66), (False, 70)]
    with pytest.raises(InputError, match="rain"):
        alarm_runs([64], LEVEL, RULE, [])
