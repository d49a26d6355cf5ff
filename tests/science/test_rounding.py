"""GB/T 8170 rounding: examples of the standard and its explanations, and laws."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.science.numbers import InputError
from saishang.science.rounding import ceil_exact, fixed, round_half_even


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("2.5", 0, "2"),
        ("3.5", 0, "4"),
        ("29.45", 1, "29.4"),
        ("29.4501", 1, "29.5"),
        ("29.4499", 1, "29.4"),
        ("0.225", 2, "0.22"),
        ("0.275", 2, "0.28"),
        ("-2.5", 0, "-2"),
        ("-0.04", 1, "0.0"),  # never minus nothing
        ("125", -1, "120"),  # 12.5 tens: half, to the even twelve
        ("135", -1, "140"),
        ("1.005", 2, "1.00"),  # the binary float 1.005 lies below; the decimal is exactly half, even is 0
        ("12", 2, "12.00"),
        ("12345678901234567890123456789012345.5", 0, "12345678901234567890123456789012346"),  # beyond 28 digits
    ],
)
def test_half_goes_to_the_even_digit(value: str, decimals: int, expected: str) -> None:
    assert fixed(value, decimals) == expected


def test_a_float_is_taken_as_it_prints() -> None:
    # 0.275 is stored as 0.27500000000000002…, 2.675 as 2.67499999999999982…; both print as exact halves.
    assert round_half_even(0.275, 2) == Decimal("0.28")
    assert round_half_even(2.675, 2) == Decimal("2.68")


@pytest.mark.parametrize("decimals", [True, 1.5, 41, "1"])
def test_decimals_must_be_a_whole_number(decimals: object) -> None:
    with pytest.raises(InputError):
        round_half_even("1", decimals)  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "expected"), [("100", 100), ("100.000000001", 101), (Fraction(201, 2), 101), (0, 0)])
def test_rounding_up_is_exact(value: object, expected: int) -> None:
    assert ceil_exact(value) == expected  # type: ignore[arg-type]


@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_what_has_no_more_digits_stays(units: int, decimals: int) -> None:
    value = Fraction(units, 10**decimals)
    assert Fraction(round_half_even(value, decimals)) == value


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(0, 4))
def test_error_is_at_most_half_a_unit(value: Fraction, decimals: int) -> None:
    assert abs(Fraction(round_half_even(value, decimals)) - value) <= Fraction(1, 2 * 10**decimals)


@given(st.decimals(min_value=-1000, max_value=1000, places=4), st.integers(0, 3))
def test_equals_the_decimal_module(value: Decimal, decimals: int) -> None:
    assert round_half_even(value, decimals) == round(value, decimals)
