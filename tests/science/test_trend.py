"""Spearman trend: hand arithmetic, ties, the edges of the table."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.rules import Rules
from saishang.science.air.from_rules import trend_rule
from saishang.science.numbers import InputError
from saishang.science.trend import TrendRule, average_ranks, spearman

RULE = TrendRule(
    critical={5: Fraction("0.9"), 6: Fraction("0.829"), 7: Fraction("0.714"), 10: Fraction("0.564"),
              12: Fraction("0.506")}
)  # fmt: skip


def test_seven_falling_years() -> None:
    # ranks 7…1 against 1…7: 36 + 16 + 4 + 0 + 4 + 16 + 36 = 112; 1 - 672/336 = -1
    found = spearman([44, 43, 39, 36, 33, 29, 28], RULE)
    assert (found.d2, found.rs, found.trend) == (112, -1, "down")


def test_rising_years() -> None:
    assert spearman([1, 2, 3, 4, 5], RULE).trend == "up"


def test_ties_share_their_mean_rank() -> None:
    assert average_ranks([Fraction(v) for v in (30, 28, 28, 35)]) == (3, Fraction(3, 2), Fraction(3, 2), 4)
    # 30 28 28 35 36: ranks 3 1.5 1.5 4 5; d 2 -0.5 -1.5 0 0; d² 4 + 0.25 + 2.25 = 6.5; 1 - 39/120 = 0.675
    found = spearman([30, 28, 28, 35, 36], RULE)
    assert (found.d2, found.rs, found.trend) == (Fraction(13, 2), Fraction(27, 40), "not significant")


def test_exactly_at_the_critical_value() -> None:
    # ranks 5 4 2 3 1: d² 16 + 4 + 1 + 1 + 16 = 38; 1 - 228/120 = -0.9, the critical value of five years
    values = ["1.2", "1.0", "0.9", "0.95", "0.7"]
    assert spearman(values, RULE).rs == Fraction(-9, 10)
    assert spearman(values, RULE).trend == "not significant"
    either = TrendRule(RULE.critical, significant_when="at_or_above")
    assert spearman(values, either).trend == "down"


def test_just_above_the_critical_value() -> None:
    # six years, ranks 6 5 4 3 1 2: d² 25 + 9 + 1 + 1 + 16 + 16 = 68; 1 - 408/210 = -0.943 beyond 0.829
    assert spearman([6, 5, 4, 3, 1, 2], RULE).trend == "down"


def test_four_years_are_not_evaluated() -> None:
    found = spearman([4, 3, 2, 1], RULE)
    assert (found.rs, found.critical, found.trend) == (-1, None, "not evaluated")


def test_more_years_than_the_table_has_are_not_evaluated() -> None:
    assert spearman(list(range(13)), RULE).trend == "not evaluated"


def test_between_two_entries_the_stricter_one_holds() -> None:
    assert RULE.critical_value(11) == Fraction("0.564")
    assert TrendRule(RULE.critical, between="interpolate").critical_value(11) == Fraction("0.535")


def test_fewer_than_two_values_have_no_correlation() -> None:
    with pytest.raises(InputError, match="at least two"):
        spearman([1], RULE)


def test_shipped_table(rules: Rules) -> None:
    rule = trend_rule(rules)
    expected = {5: "0.9", 6: "0.829", 7: "0.714", 8: "0.643", 9: "0.6", 10: "0.564", 12: "0.506", 14: "0.456",
                16: "0.425"}  # fmt: skip
    assert {n: rule.critical[n] for n in expected} == {n: Fraction(value) for n, value in expected.items()}
    assert (rule.min_periods, rule.significant_when) == (5, "above")


@given(st.integers(5, 30), st.integers(0, 100))
def test_constant_series_has_no_trend(n: int, value: int) -> None:
    # Shared ranks make rs = 0.5 of a constant series; from n = 14 on that would pass the critical value.
    rule = TrendRule({5: Fraction("0.9"), 14: Fraction("0.456"), 30: Fraction("0.306")})
    assert spearman([value] * n, rule).trend == "not significant"


@given(st.lists(st.integers(0, 50), min_size=5, max_size=12), st.integers(2, 9))
def test_ranks_do_not_change_with_the_unit(values: list[int], factor: int) -> None:
    assert spearman([value * factor for value in values], RULE) == spearman(values, RULE)


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=12, unique=True))
def test_reversing_time_reverses_the_sign(values: list[int]) -> None:
    assert spearman(values[::-1], RULE).rs == -spearman(values, RULE).rs
