"""The last unrounded value that keeps a target, against the rounding itself."""

from __future__ import annotations

import operator
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.science.numbers import InputError
from saishang.science.outlook.bounds import Bound, rounding_bound
from saishang.science.rounding import round_half_even

SIGNS = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}


@pytest.mark.parametrize(
    ("target", "sign", "decimals", "edge", "inclusive"),
    [
        (30, "<=", 0, "30.5", True),  # 30.5 → 30, the even one
        (35, "<=", 0, "35.5", False),  # 35.5 → 36
        (35, "<", 0, "34.5", True),  # below 35 is at most 34; 34.5 → 34
        ("85", ">=", 1, "84.95", True),  # 84.95 → 85.0: ...5 between 84.9 and 85.0, even last digit is 0
        ("84.9", ">=", 1, "84.85", False),  # 84.85 → 84.8
        ("30.7", "<=", 0, "30.5", True),  # no whole figure between 30 and 30.7
        ("4", "<=", 1, "4.05", True),  # 4.05 → 4.0
        ("30", "<=", None, "30", True),
        ("30", "<", None, "30", False),
    ],
)
def test_edges_by_hand(target: str, sign: str, decimals: int | None, edge: str, inclusive: bool) -> None:
    found = rounding_bound(target, sign, decimals)
    assert (found.value, found.inclusive) == (Fraction(edge), inclusive)


@given(
    st.integers(0, 400), st.sampled_from(sorted(SIGNS)), st.integers(0, 2),
    st.fractions(0, 400, max_denominator=2000),
)  # fmt: skip
def test_the_edge_says_what_rounding_says(target: int, sign: str, decimals: int, value: Fraction) -> None:
    bound = rounding_bound(Fraction(target, 4), sign, decimals)
    said = SIGNS[sign](Fraction(round_half_even(value, decimals)), Fraction(target, 4))
    assert bound.holds(value) is said
    at_edge = SIGNS[sign](Fraction(round_half_even(bound.value, decimals)), Fraction(target, 4))
    assert bound.inclusive is at_edge


def test_what_is_named_aloud_lies_on_the_kept_side() -> None:
    assert Bound(Fraction("26.04"), True).shown(1) == Decimal("26.0")
    assert Bound(Fraction("26.1"), True).shown(1) == Decimal("26.1")
    assert Bound(Fraction("26.1"), False).shown(1) == Decimal("26.0")
    assert Bound(Fraction("84.94"), True, upper=False).shown(1) == Decimal("85.0")
    assert Bound(Fraction("84.9"), False, upper=False).shown(1) == Decimal("85.0")


def test_about_has_to_be_read_first() -> None:
    with pytest.raises(InputError, match="direction"):
        rounding_bound(30, "~", 0)
