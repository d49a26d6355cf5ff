"""Rivers, change, means: edges of the shares, fewer than five sections, published verdicts and those that differ."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.rules import Rules
from saishang.science.numbers import InputError
from saishang.science.water.change import ChangeRule, change_by_grade, change_by_shares
from saishang.science.water.from_rules import change_rule
from saishang.science.water.river import RiverRule, evaluate_river, exceedance_rates, grade_of, shares
from saishang.science.water.section import SectionRule
from saishang.science.water.statistics import lake_mean, mean_measured, mean_ph


def grade(rule: RiverRule, good: int, bad: int, total: int) -> str | None:
    return grade_of(shares([2] * good + [6] * bad + [4] * (total - good - bad), rule), rule)


@pytest.mark.parametrize(
    ("good", "bad", "total", "word"),
    [
        (900, 100, 1000, "优"),
        (899, 0, 1000, "良好"),
        (750, 250, 1000, "良好"),
        (749, 199, 1000, "轻度污染"),
        (749, 200, 1000, "中度污染"),
        (600, 399, 1000, "中度污染"),
        (600, 400, 1000, "重度污染"),
        (599, 400, 1000, "重度污染"),
        (0, 1000, 1000, "重度污染"),
        (0, 0, 1000, "轻度污染"),
    ],
)
def test_edges_of_the_shares(river: RiverRule, good: int, bad: int, total: int, word: str) -> None:
    assert grade(river, good, bad, total) == word


def test_a_section_without_data_leaves_the_denominator(river: RiverRule) -> None:
    # 2016-02: 13 sections, 7 evaluated.
    found = shares([2, 2, 2, 3, 4, 6, 6] + [None] * 6, river)
    assert (found.evaluated, found.expected) == (7, 13)
    assert found.good == Fraction(400, 7)
    assert found.bad == Fraction(200, 7)


def test_nothing_evaluated_is_no_grade(river: RiverRule) -> None:
    found = shares([None, None], river)
    assert (found.good, found.bad, grade_of(found, river)) == (None, None, None)


def test_four_sections_go_by_means_and_five_by_shares(section: SectionRule, river: RiverRule) -> None:
    clean, dirty = {"DO": "8", "NH3N": "0.1"}, {"DO": "8", "NH3N": "4.1"}
    # Means of ammonia: (3 · 0.1 + 4.1) / 4 = 1.1, class IV; as shares 75 % would be 良好.
    four = evaluate_river([clean, clean, clean, dirty], section, river)
    assert (four.method, four.grade) == ("means", "轻度污染")
    assert four.mean is not None
    assert four.mean.items["NH3N"].measured.value == Fraction("1.1")
    # 4 of 5 good: 80 %, 良好; the mean 0.9 would be class III.
    five = evaluate_river([clean, clean, clean, clean, dirty], section, river)
    assert (five.method, five.grade, five.mean) == ("shares", "良好", None)


def test_a_river_needs_a_section(section: SectionRule, river: RiverRule) -> None:
    with pytest.raises(InputError, match="at least one section"):
        evaluate_river([], section, river)


def test_the_two_printed_verdicts_that_the_rule_does_not_give(river: RiverRule) -> None:
    """Known differences, kept as they are: older bulletins may group or deduct the natural background."""
    assert grade(river, 8, 1, 11) == "轻度污染"  # tributaries 2016-12: 72.7 %, printed as 良好
    assert grade(river, 1, 2, 6) == "中度污染"  # 清水河 2021-07, printed as 轻度污染


def test_rates_over_class_3() -> None:
    assert exceedance_rates({"COD": 5, "F": 6, "TP": 0, "NH3N": 5}, 10) == (
        ("F", Fraction(60)), ("COD", Fraction(50)), ("NH3N", Fraction(50)),
    )  # fmt: skip
    for wrong in ({"F": 11}, {"F": -1}, {"F": Fraction(1, 2)}):
        with pytest.raises(InputError):
            exceedance_rates(wrong, 10)


def test_change_by_grades() -> None:
    rule = ChangeRule()
    words = [change_by_grade(before, 3, rule) for before in (5, 4, 3, 2, 1)]
    assert words == ["明显好转", "有所好转", "无明显变化", "有所变差", "明显变差"]


@pytest.mark.parametrize(
    ("good", "word"),
    [
        ("60", "无明显变化"),
        ("60.01", "有所好转"),
        ("70", "有所好转"),
        ("70.01", "明显好转"),
        ("40", "无明显变化"),
        ("39.99", "有所变差"),
        ("30", "有所变差"),
        ("29.99", "明显变差"),
    ],
)
def test_edges_of_the_change_of_shares(rules: Rules, good: str, word: str) -> None:
    """From 50 % good and 0 % bad: ten and twenty points belong to the smaller change."""
    points, verdict = change_by_shares("50", "0", good, "0", change_rule(rules))
    assert (points, verdict) == (Fraction(good) - 50, word)


def test_means() -> None:
    # (0.0125 + 0.10 + 0.20) / 3
    assert mean_measured(["0.025L", "0.1", "0.2", None]) == Fraction("0.3125") / 3
    assert mean_measured([None, ""]) is None
    # Pooling the four would give 0.055.
    assert lake_mean({"A": ["0.02", "0.04", "0.06"], "B": ["0.1"], "C": []}) == Fraction("0.07")
    assert mean_ph([]) is None


@given(st.lists(st.decimals(min_value="2", max_value="12", places=2), min_size=1, max_size=12))
def test_mean_ph_by_floats(values: list[object]) -> None:
    """A second way: floating point logarithms."""
    expected = -math.log10(math.fsum(10 ** -float(str(value)) for value in values) / len(values))
    found = mean_ph(values)
    assert found is not None
    assert abs(float(found) - expected) < 1e-9
    numbers = [float(str(value)) for value in values]
    assert min(numbers) - 1e-9 <= float(found) <= max(numbers) + 1e-9
