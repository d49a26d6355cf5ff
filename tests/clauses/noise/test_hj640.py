"""HJ 640-2012: means of areas and roads, grades one to five; levels by their definition."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.noise.from_rules import noise_grades, periods
from saishang.science.noise.grades import Scope
from saishang.science.noise.levels import (
    Periods,
    arithmetic_mean,
    day_night_level,
    energy_mean,
    length_weighted_mean,
)
from saishang.science.numbers import InputError

DAY = date(2026, 6, 1)
#: Scope, period → upper ends of grades one to four [dB], typed by hand.
EDGES: dict[tuple[Scope, str], tuple[int, ...]] = {
    ("regional", "day"): (50, 55, 60, 65),
    ("regional", "night"): (40, 45, 50, 55),
    ("road", "day"): (68, 70, 72, 74),
    ("road", "night"): (58, 60, 62, 64),
}
WORDS = ("一级", "二级", "三级", "四级", "五级")
LEVELS = st.lists(st.integers(200, 1200).map(lambda tenths: Fraction(tenths, 10)), min_size=1, max_size=24)


@pytest.mark.parametrize(("scope", "period"), EDGES)
@pytest.mark.parametrize("place", range(4))
def test_grades_just_below_at_and_just_above_every_edge(rules: Rules, scope: Scope, period: str, place: int) -> None:
    grades = noise_grades(rules, DAY)
    edge = EDGES[scope, period][place]
    found = [
        grades.grade(Fraction(edge) + step, scope, period)
        for step in (Fraction(-1, 10), Fraction(0), Fraction(4, 100), Fraction(6, 100), Fraction(1, 10))
    ]
    numbers = [grade.number if grade else None for grade in found]
    assert numbers == [place + 1, place + 1, place + 1, place + 2, place + 2]
    assert found[0] is not None and found[0].zh == WORDS[place]


def test_bands_leave_no_gap_after_rounding(rules: Rules) -> None:
    for bands in noise_grades(rules, DAY).grades.values():
        assert len(bands) == 5
        for before, after in pairwise(bands):
            assert before.high is not None and after.low == before.high + Fraction(1, 10)


def test_a_missing_mean_has_no_grade_and_a_wrong_period_is_refused(rules: Rules) -> None:
    grades = noise_grades(rules, DAY)
    assert grades.grade(None, "road", "day") is None
    with pytest.raises(SaishangError, match="no grades"):
        grades.grade(50, "road", "noon")
    with pytest.raises(SaishangError, match="in force"):
        noise_grades(rules, date(2013, 2, 28))


def test_means_by_hand() -> None:
    """10·lg(5.5e6) = 67.4036; 206.9/4 = 51.725; 512.39/7.5 = 68.31866…"""
    assert float(energy_mean([60, 70])) == pytest.approx(67.403627, abs=1e-6)
    assert arithmetic_mean(["52.3", "50.1", "55.6", "48.9"]) == Fraction("51.725")
    assert length_weighted_mean(["68.2", "70.5", "66.9"], ["3.2", "1.8", "2.5"]) == Fraction("512.39") / Fraction("7.5")


def test_day_and_night(rules: Rules) -> None:
    """06:00 to 22:00 by day; Ldn of 60 and 50: both weigh as 60, so 60."""
    span = periods(rules, DAY)
    assert (span.day_hours, span.night_hours) == (16, 8)
    assert [hour for hour in range(24) if span.is_day(hour)] == list(range(6, 22))
    assert day_night_level(60, 50, span) == 60
    # 10·lg((16·10^6 + 8·10^7)/24) = 10·lg(4e6) = 66.0206
    assert float(day_night_level(60, 60, span)) == pytest.approx(66.0205999, abs=1e-6)


@given(LEVELS)
def test_energy_means_agree_with_floats_and_lie_between_mean_and_maximum(levels: list[Fraction]) -> None:
    found = energy_mean(levels)
    second = 10 * math.log10(math.fsum(10 ** (float(level) / 10) for level in levels) / len(levels))
    assert float(found) == pytest.approx(second, abs=1e-9)
    assert arithmetic_mean(levels) - Fraction(1, 10**9) <= found <= max(levels)


@given(st.integers(200, 1200), st.integers(1, 30))
def test_a_constant_level_is_its_own_mean(tenths: int, count: int) -> None:
    level = Fraction(tenths, 10)
    assert energy_mean([level] * count) == level
    assert energy_mean([level] * count, list(range(1, count + 1))) == level
    assert day_night_level(level, level - 10, Periods()) == level


@given(LEVELS)
def test_doubling_the_energy_adds_three_decibels(levels: list[Fraction]) -> None:
    raised = [level + 3 for level in levels]
    assert energy_mean(raised) - energy_mean(levels) == pytest.approx(3, abs=1e-9)


@pytest.mark.parametrize(
    ("levels", "times", "words"),
    [([], None, "at least one"), ([50, None], None, "missing"), ([50, 60], [1], "1 times"), ([50], [0], "all 0"),
     ([50, 60], [1, -1], "negative"), ([500], None, "between"), (["loud"], None, "number")],
)  # fmt: skip
def test_bad_input_teaches(levels: list[object], times: list[object] | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        energy_mean(levels, times)
