"""Mann-Kendall against hand counts and published arithmetic."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.science.mann_kendall import mann_kendall
from saishang.science.numbers import InputError


def test_rising_series_by_hand() -> None:
    # 15 pairs all rise; Var = 6·5·17/18 = 85/3; Z = 14 / 5.3229 = 2.630; p = 0.0085.
    found = mann_kendall([1, 2, 3, 4, 5, 6])
    assert (found.s, found.variance, found.trend) == (15, Fraction(85, 3), "up")
    assert found.z == pytest.approx(2.630, abs=0.001)
    assert found.p == pytest.approx(0.0085, abs=0.0001)
    assert found.slope == 1


def test_equal_values_lower_the_variance() -> None:
    # Two pairs of equal values: (5·4·15 - 2·(2·1·9)) / 18 = (300 - 36) / 18.
    found = mann_kendall([1, 1, 2, 2, 3])
    assert (found.s, found.variance) == (8, Fraction(264, 18))


def test_missing_values_keep_their_place_in_the_slope() -> None:
    found = mann_kendall([10, None, 14, None, 18])
    assert (found.n, found.slope, found.trend) == (3, Fraction(2), "not evaluated")


def test_constant_series_has_no_trend() -> None:
    found = mann_kendall([5] * 8)
    assert (found.s, found.variance, found.p, found.trend) == (0, Fraction(0), None, "not significant")


def test_one_value_is_refused() -> None:
    with pytest.raises(InputError, match="at least two"):
        mann_kendall([1, None])


@given(st.lists(st.integers(-50, 50), min_size=4, max_size=14))
def test_turning_the_series_round_turns_the_sign(values: list[int]) -> None:
    ahead, back = mann_kendall(values), mann_kendall(values[::-1])
    assert (ahead.s, ahead.variance) == (-back.s, back.variance)
    assert ahead.slope is not None
    assert back.slope is not None
    assert ahead.slope == -back.slope
