"""Numbers at the border: what is accepted, what is refused and how it is told."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from saishang.science.numbers import InputError, decimals_of, exact, exact_or_none, exact_text, mean, non_negative


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12.50", Fraction(25, 2)), (0.1, Fraction(1, 10)), (Decimal("0.3"), Fraction(3, 10)), (7, Fraction(7)),
     (Fraction(1, 3), Fraction(1, 3)), ("1e2", Fraction(100)), (" 5 ", Fraction(5))],
)  # fmt: skip
def test_numbers_are_exact(value: object, expected: Fraction) -> None:
    assert exact(value) == expected


def test_numbers_of_array_libraries_count_as_they_print() -> None:
    assert exact(np.int16(10)) == 10
    assert exact(np.float32(0.1)) == exact(np.float64(0.1)) == Fraction(1, 10)
    with pytest.raises(InputError):
        exact(np.float64("nan"))


@pytest.mark.parametrize(
    "value", [None, True, "", "abc", "1,200", "nan", float("inf"), "Infinity", [1], {}, "1e999999", 10**70, "70 µg/m³"]
)
def test_anything_else_is_refused_with_a_name_and_a_fix(value: object) -> None:
    with pytest.raises(InputError) as caught:
        exact(value, name="PM2.5")
    assert "PM2.5" in caught.value.message
    assert caught.value.fix


@pytest.mark.parametrize("value", [None, "", "NA", "—", "-", "null", " na "])
def test_marks_of_missing_values(value: object) -> None:
    assert exact_or_none(value) is None


def test_zero_is_a_value_and_minus_99_is_not() -> None:
    assert non_negative("0") == 0
    with pytest.raises(InputError, match="must not be negative"):
        non_negative("-99")


def test_decimals_of_raw_data() -> None:
    assert decimals_of(["1.2", "1.0", 3, None]) == 1
    assert decimals_of([12, 7.0]) == 0  # 7.0 as a binary float says nothing about decimals
    assert decimals_of([0.25]) == 2
    assert decimals_of([]) == 0


@pytest.mark.parametrize(
    ("value", "at_least", "expected"),
    [(Fraction(20), 1, "20.0"), (Fraction(379, 4), 0, "94.75"), (Fraction(1, 3), 0, "0.333333333333"),
     (Fraction(-5, 2), 0, "-2.5"), (Fraction(-1, 10**15), 0, "0")],
)  # fmt: skip
def test_exact_text(value: Fraction, at_least: int, expected: str) -> None:
    assert exact_text(value, at_least=at_least) == expected


def test_mean_of_nothing_is_nothing() -> None:
    assert mean([]) is None
    assert mean([Fraction(1), Fraction(2)]) == Fraction(3, 2)
