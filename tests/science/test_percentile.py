"""Percentiles: the example of the standard, hand arithmetic, a second method, laws."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.science.numbers import InputError
from saishang.science.percentile import percentile, percentile_position

series = st.lists(st.integers(0, 2000), min_size=1, max_size=60)


def test_textbook_example() -> None:
    # sorted 2 3 4 4 5 8; k = 1 + 5 × 0.9 = 5.5; 5 + (8 - 5) × 0.5
    found = percentile([3, 4, 8, 2, 5, 4], 90)
    assert (found.k, found.value, found.n) == (Fraction(11, 2), Fraction(13, 2), 6)


def test_position_is_exact_where_floats_are_not() -> None:
    # 1 + 365 × 0.95 = 347.75; with binary 0.95 it would be 347.74999…
    assert percentile_position(366, 95) == Fraction(1391, 4)


@pytest.mark.parametrize(("p", "expected"), [(0, 2), (100, 8), (50, 4)])
def test_ends_and_middle(p: int, expected: int) -> None:
    assert percentile([3, 4, 8, 2, 5, 4], p).value == expected


def test_one_value_is_every_percentile() -> None:
    assert {percentile([7], p).value for p in (0, 50, 98, 100)} == {7}


@pytest.mark.parametrize("p", [-1, "100.1", "high"])
def test_p_outside_percent(p: object) -> None:
    with pytest.raises(InputError):
        percentile([1, 2], p)  # type: ignore[arg-type]


def test_no_values() -> None:
    with pytest.raises(InputError, match="at least one value"):
        percentile([], 90)


@given(series, st.integers(0, 100))
def test_agrees_with_an_independent_implementation(values: list[int], p: int) -> None:
    assert float(percentile(values, p).value) == pytest.approx(float(np.percentile(values, p)), rel=1e-12, abs=1e-9)


@given(st.integers(0, 500), st.integers(1, 40), st.integers(0, 100))
def test_constant_series_has_its_value(value: int, n: int, p: int) -> None:
    assert percentile([value] * n, p).value == value


@given(series, st.integers(0, 100), st.randoms(use_true_random=False))
def test_order_does_not_matter(values: list[int], p: int, random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert percentile(shuffled, p) == percentile(values, p)


@given(series, st.integers(0, 99))
def test_grows_with_p_and_stays_inside(values: list[int], p: int) -> None:
    low, high = percentile(values, p).value, percentile(values, p + 1).value
    assert min(values) <= low <= high <= max(values)
