"""HJ 192-2015: EI, its classes, restriction, changes and sub-indices."""

from __future__ import annotations

from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.science.ecology.from_rules import ecological_index_rule
from saishang.science.ecology.index import (
    EcologicalIndexRule,
    biological_richness,
    change_grade,
    ecological_index,
    habitat_quality,
    land_stress,
    pollution_load,
    restricted,
    vegetation_index,
    water_network_density,
    wet_year_resource,
)
from saishang.science.numbers import InputError


@pytest.fixture(scope="module")
def rule(rules: Rules) -> EcologicalIndexRule:
    return ecological_index_rule(rules)


def test_weights_add_up(rule: EcologicalIndexRule) -> None:
    """Formulas of EI, land stress and pollution load; habitat classes 0.35 + 0.21 + 0.28 + 0.11 + 0.04 + 0.01."""
    for weights in (rule.weights, rule.stress, rule.load, rule.habitat):
        assert sum(weights.values()) == 1


def test_formula(rule: EcologicalIndexRule) -> None:
    """0.35×60.5 + 0.25×41 + 0.15×12.3 + 0.15×(100-20) + 0.10×(100-5) = 21.175+10.25+1.845+12+9.5 = 54.77."""
    found = ecological_index({"bio": "60.5", "veg": 41, "water": "12.3", "land": 20, "load": 5}, rule)
    assert found is not None and found.value == Fraction("54.77") and found.grade.zh == "一般"


def test_sub_indices_count_with_one_decimal(rule: EcologicalIndexRule) -> None:
    """Rounding: 40.04 and 40.0 give the same index, 40.06 counts as 40.1 (0.35 × 0.1 more)."""
    rest = {"veg": 55, "water": 20, "land": 30, "load": 10}
    values = [ecological_index({"bio": bio, **rest}, rule) for bio in ("40.04", "40", "40.06")]
    assert [found and found.value for found in values] == [Fraction("50.25"), Fraction("50.25"), Fraction("50.285")]


@pytest.mark.parametrize("absent", ["bio", "veg", "water", "land", "load"])
def test_a_missing_sub_index_gives_no_index(rule: EcologicalIndexRule, absent: str) -> None:
    given: dict[str, object] = {"bio": 40, "veg": 55, "water": 20, "land": 30, "load": 10}
    given[absent] = None
    assert ecological_index(given, rule) is None


@pytest.mark.parametrize(
    ("value", "zh"),
    [("75.01", "优"), ("75", "优"), ("74.99", "良"), ("55", "良"), ("54.99", "一般"), ("35", "一般"),
     ("34.99", "较差"), ("20", "较差"), ("19.99", "差"), ("0", "差")],
)  # fmt: skip
def test_classes_hold_their_lower_edge(rule: EcologicalIndexRule, value: str, zh: str) -> None:
    grade = rule.classes.grade(value)
    assert grade is not None and grade.zh == zh


@pytest.mark.parametrize(
    ("value", "code", "final", "zh"),
    [
        ("80", "code 2", "74.9", "良"),
        ("75", 2, "74.9", "良"),
        ("74.99", "2", "54.9", "一般"),
        ("58", "code 2", "54.9", "一般"),
        ("55", "code 2", "54.9", "一般"),
        ("40", "code 2", "34.9", "较差"),
        ("34.9", "code 2", "19.9", "差"),
        ("12", "code 2", "12", "差"),
        ("80", "code 3", "54.9", "一般"),
        ("58", "code 3", "54.9", "一般"),
        ("40", "code 3", "34.9", "较差"),
        ("25", "code 3", "19.9", "差"),
        ("12", "code 3", "12", "差"),
        ("58", None, "58", "良"),
        ("58", "none", "58", "良"),
    ],
)
def test_restriction(rule: EcologicalIndexRule, value: str, code: object, final: str, zh: str) -> None:
    """Caps 74.9, 54.9, 34.9, 19.9; code 3 takes 优 and 良 to 54.9."""
    number, grade = restricted(value, code, rule)
    assert (number, grade.zh) == (Fraction(final), zh)


def test_an_unknown_restriction_is_refused(rule: EcologicalIndexRule) -> None:
    with pytest.raises(InputError, match="no restriction"):
        restricted(50, "code 4", rule)


@pytest.mark.parametrize(
    ("difference", "zh"),
    [("0.99", "无明显变化"), ("-0.99", "无明显变化"), ("1", "略微变化"), ("-1", "略微变化"), ("2.99", "略微变化"),
     ("3", "明显变化"), ("-7.99", "明显变化"), ("8", "显著变化"), ("-8", "显著变化"), ("0", "无明显变化")],
)  # fmt: skip
def test_change(rule: EcologicalIndexRule, difference: str, zh: str) -> None:
    grade = change_grade(difference, rule)
    assert grade is not None and grade.zh == zh
    assert change_grade(None, rule) is None


@pytest.mark.parametrize(
    ("year", "mean", "used"),
    [
        (21, 15, "21"),  # ratio 1.4 is not above 1.4
        ("21.15", 15, "14.85"),  # ratio 1.41: 15 × 0.99
        (24, 15, "12"),  # ratio 1.6: 15 × 0.8
        (36, 15, "0"),  # ratio 2.4
        (45, 15, "0"),  # ratio 3: never below nothing
        (10, 15, "10"),  # a dry year counts as it is
    ],
)
def test_wet_year(rule: EcologicalIndexRule, year: object, mean: object, used: str) -> None:
    assert wet_year_resource(year, mean, rule) == Fraction(used)
    with pytest.raises(InputError, match="above 0"):
        wet_year_resource(year, 0, rule)


def test_habitat_quality(rule: EcologicalIndexRule) -> None:
    """Only farmland: 511.2642131067 × 0.11 × (0.6 × 100 + 0.4 × 900) / 1000 = 23.62040664552954."""
    found = habitat_quality({"paddy": 100, "dry": 900}, 1000, rule)
    assert found == Fraction("511.2642131067") * Fraction("0.11") * 420 / 1000
    with pytest.raises(InputError, match="no land cover"):
        habitat_quality({"forest": 1}, 10, rule)
    with pytest.raises(InputError, match="more than the region"):
        habitat_quality({"wood": 11}, 10, rule)
    with pytest.raises(InputError, match="missing"):
        habitat_quality({"wood": None}, 10, rule)


def test_other_sub_indices(rule: EcologicalIndexRule) -> None:
    """By hand with the printed coefficients; each in its own line."""
    assert biological_richness(42, 29) == Fraction("35.5")
    assert biological_richness(None, 29) is None
    assert vegetation_index(3000, rule) == Fraction("36.3495372")
    # (84.3704083981 × 10 + 591.7908642005 × 1 + 86.3869548281 × 2) / (3 × 100)
    expected = (Fraction("843.704083981") + Fraction("591.7908642005") + Fraction("172.7739096562")) / 300
    assert water_network_density(10, 1, 2, 100, rule) == expected
    # 236.04356779 × (0.4×1 + 0.2×2 + 0.2×3 + 0.2×4) / 100 = 236.04356779 × 2.2 / 100
    assert land_stress({"severe": 1, "moderate": 2, "built": 3, "other": 4}, 100, rule) == Fraction("5.1929584913800")
    loads = {"COD": 10, "NH3N": 1, "SO2": 100, "dust": 10, "NOx": 10, "solid": 0}
    # water over rain 5, the rest over area 10: weight × coefficient × t / divisor, in the order of the mapping
    expected = (Fraction("1.75749589156") + Fraction("1.607059019944") + Fraction("0.1297320574")
                + Fraction("0.40904459321") + Fraction("0.10206098556"))  # fmt: skip
    assert pollution_load(loads, 10, 5, rule) == expected
    with pytest.raises(InputError, match="dust is missing"):
        pollution_load({**loads, "dust": None}, 10, 5, rule)
    with pytest.raises(InputError, match="precipitation must be above 0"):
        pollution_load(loads, 10, 0, rule)
