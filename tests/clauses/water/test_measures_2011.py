"""环办〔2011〕22号: items, grades, rivers, periods; national and regional figures as published."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.science.rounding import fixed
from saishang.science.water.from_rules import class_grades, river_rule, section_rule, trend_rule
from saishang.science.water.river import grade_of, shares
from saishang.science.water.section import evaluate_section
from saishang.science.water.statistics import mean_measured

DAY = date(2020, 6, 1)


def test_the_21_items(rules: Rules) -> None:
    """Evaluated items: table 1 without temperature, total nitrogen and faecal coliforms."""
    rule = section_rule(rules, DAY)
    assert len(rule.items) == 21
    values = {"DO": "8", "TN": "50", "FC": "900000", "WT": "40"}
    assert evaluate_section(values, rule).number == 1


def test_words_of_the_grades(rules: Rules) -> None:
    """Section grades: I and II 优, III 良好, IV 轻度, V 中度, worse 重度污染."""
    assert list(class_grades(rules).values()) == ["优", "优", "良好", "轻度污染", "中度污染", "重度污染"]


@pytest.mark.parametrize(
    ("good", "bad", "sections", "shown", "word"),
    [
        (17, 0, 20, "85.0", "良好"),  # Ningxia 2021
        (19, 0, 20, "95.0", "优"),  # Ningxia 2024
        (12, 0, 15, "80.0", "良好"),  # Ningxia, January to September 2019
        (10, 1, 12, "83.3", "良好"),  # tributaries 2016-09
        (1, 9, 13, "7.7", "重度污染"),  # drains 2016-12
        (2, 8, 13, "15.4", "重度污染"),  # drains 2016-09
        (2, 1, 6, "33.3", "轻度污染"),  # 清水河 2021-09
    ],
)
def test_published_shares_and_verdicts(rules: Rules, good: int, bad: int, sections: int, shown: str, word: str) -> None:
    """Rivers and regions by shares."""
    rule = river_rule(rules)
    found = shares([3] * good + [6] * bad + [4] * (sections - good - bad), rule)
    assert found.good is not None
    assert fixed(found.good, 1) == shown
    assert grade_of(found, rule) == word


def test_the_year_comes_from_its_mean(rules: Rules) -> None:
    """Period: nine months of class II and three far beyond make a year of class IV, not "mostly II"."""
    months = ["0.08"] * 9 + ["0.9"] * 3
    value = mean_measured(months)
    assert value == Fraction("0.285")
    assert evaluate_section({"TP": value, "DO": "8"}, section_rule(rules, DAY)).number == 4


def test_spearman_at_the_critical_value_is_significant(rules: Rules) -> None:
    """Trend over years: |rs| >= Wp (the air standard asks for more than the value)."""
    from saishang.science.trend import spearman

    rule = trend_rule(rules)
    assert spearman(["1.2", "1.0", "0.9", "0.95", "0.7"], rule).trend == "down"
    strict = trend_rule(rules, "critical_001")
    assert spearman(["1.2", "1.0", "0.9", "0.95", "0.7"], strict).trend == "not significant"
    assert spearman([1, 2, 3, 4], rule).trend == "not evaluated"
