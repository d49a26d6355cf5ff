"""环监测〔2021〕99号: EQI, its classes and changes; HJ 1172-2021: ecosystem quality."""

from __future__ import annotations

from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.science.ecology.from_rules import quality_index_rule, scale
from saishang.science.ecology.quality import ecosystem_quality, quality_change, quality_index
from saishang.science.numbers import InputError


def test_formula(rules: Rules) -> None:
    """0.36×40 + 0.35×45 + 0.19×30 + 0.10×(100-35) = 14.4 + 15.75 + 5.7 + 6.5 = 42.35."""
    found = quality_index({"pattern": 40, "function": 45, "biodiversity": 30, "stress": 35}, quality_index_rule(rules))
    assert found is not None and (found[0], found[1].zh) == (Fraction("42.35"), "三类")


def test_missing_and_impossible(rules: Rules) -> None:
    rule = quality_index_rule(rules)
    assert quality_index({"pattern": 40, "function": 45, "biodiversity": 30}, rule) is None
    with pytest.raises(InputError, match="between 0 and 100"):
        quality_index({"pattern": 140, "function": 45, "biodiversity": 30, "stress": 1}, rule)


@pytest.mark.parametrize(
    ("value", "zh"),
    [("70", "一类"), ("69.99", "二类"), ("55", "二类"), ("54.99", "三类"), ("40", "三类"), ("39.99", "四类"),
     ("30", "四类"), ("29.99", "五类")],
)  # fmt: skip
def test_classes(rules: Rules, value: str, zh: str) -> None:
    grade = scale(rules, "eqi").grade(value)
    assert grade is not None and grade.zh == zh


@pytest.mark.parametrize(
    ("difference", "zh"),
    [("4", "明显变好"), ("3.99", "一般变好"), ("2", "一般变好"), ("1.99", "轻微变好"), ("1", "轻微变好"),
     ("0.99", "基本稳定"), ("0", "基本稳定"), ("-0.99", "基本稳定"), ("-1", "轻微变差"), ("-1.99", "轻微变差"),
     ("-2", "一般变差"), ("-3.99", "一般变差"), ("-4", "明显变差")],
)  # fmt: skip
def test_changes_hold_the_edge_away_from_zero(rules: Rules, difference: str, zh: str) -> None:
    grade = quality_change(difference, quality_index_rule(rules))
    assert grade is not None and grade.zh == zh


def test_ecosystem_quality(rules: Rules) -> None:
    """(0.6 + 0.7 + 0.35) / 3 × 100 = 55, which is 良; a thousandth less is 中."""
    classes = scale(rules, "ecosystem_quality")
    found = ecosystem_quality("0.6", "0.7", "0.35", classes)
    assert found is not None and (found.value, found.grade.zh) == (55, "良")
    below = ecosystem_quality("0.6", "0.7", "0.349", classes)
    assert below is not None and below.grade.zh == "中"
    assert ecosystem_quality("0.6", None, "0.35", classes) is None
    with pytest.raises(InputError, match="between 0 and 1"):
        ecosystem_quality(60, 1, 1, classes)
