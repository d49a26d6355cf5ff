"""GB/T 14848-2017: limits of tables 1 and 2, single classes, the class of a sample."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.groundwater.classes import Groundwater, classify, item_class, measured
from saishang.science.groundwater.from_rules import groundwater_standard
from saishang.science.numbers import exact

#: Upper bounds of classes I to IV, typed by hand; inorganics mg/L, organics µg/L, activities Bq/L.
TABLE_1 = """
colour 5 5 15 25
turbidity 3 3 3 10
hardness 150 300 450 650
tds 300 500 1000 2000
so4 50 150 250 350
cl 50 150 250 350
fe 0.1 0.2 0.3 2.0
mn 0.05 0.05 0.10 1.50
cu 0.01 0.05 1.00 1.50
zn 0.05 0.5 1.00 5.00
al 0.01 0.05 0.20 0.50
phenol 0.001 0.001 0.002 0.01
codmn 1.0 2.0 3.0 10.0
nh3n 0.02 0.10 0.50 1.50
sulfide 0.005 0.01 0.02 0.10
na 100 150 200 400
coliform 3.0 3.0 3.0 100
plate_count 100 100 100 1000
no2n 0.01 0.10 1.00 4.80
no3n 2.0 5.0 20.0 30.0
cn 0.001 0.01 0.05 0.1
f 1.0 1.0 1.0 2.0
i 0.04 0.04 0.08 0.50
hg 0.0001 0.0001 0.001 0.002
as 0.001 0.001 0.01 0.05
se 0.01 0.01 0.01 0.1
cd 0.0001 0.001 0.005 0.01
cr6 0.005 0.01 0.05 0.10
pb 0.005 0.005 0.01 0.10
chloroform 0.5 6 60 300
ccl4 0.5 0.5 2.0 50.0
benzene 0.5 1.0 10.0 120
toluene 0.5 140 700 1400
"""
TABLE_2 = """
be 0.0001 0.0001 0.002 0.06
b 0.02 0.10 0.50 2.00
sb 0.0001 0.0005 0.005 0.01
ba 0.01 0.10 0.70 4.00
ni 0.002 0.002 0.02 0.10
co 0.005 0.005 0.05 0.10
mo 0.001 0.01 0.07 0.15
ag 0.001 0.01 0.05 0.10
tl 0.0001 0.0001 0.0001 0.001
dichloromethane 1 2 20 500
trichloroethene 0.5 7.0 70.0 210
tetrachloroethene 0.5 4.0 40.0 300
vinyl_chloride 0.5 0.5 5.0 90.0
naphthalene 1 10 100 600
bap 0.002 0.002 0.01 0.50
pcb 0.05 0.05 0.50 10.0
hch 0.01 0.50 5.00 300
ddt 0.01 0.10 1.00 2.00
chlorpyrifos 0.05 6.00 30.0 60.0
atrazine 0.05 0.40 2.00 600
glyphosate 0.1 140 700 1400
"""
LIMITS = {
    line.split()[0]: [Fraction(text) for text in line.split()[1:]]
    for line in (TABLE_1 + TABLE_2).strip().splitlines()
    if line
}
DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def standard(rules: Rules) -> Groundwater:
    return groundwater_standard(rules, DAY)


def better_of_equal(bounds: list[Fraction], value: Fraction) -> int:
    """The first class whose bound holds the value, 5 beyond: the second method beside the one under test."""
    return 1 + sum(value > bound for bound in bounds)


@pytest.mark.parametrize("item", LIMITS)
def test_tables_1_and_2_just_below_at_and_just_above_every_limit(standard: Groundwater, item: str) -> None:
    """A value at a limit is in its class; equal limits of neighbouring classes give the better one."""
    bounds = LIMITS[item]
    step = min(bounds) / 1000
    for bound in bounds:
        for value in (bound - step, bound, bound + step):
            expected = better_of_equal(bounds, value)
            assert classify({item: value}, standard).number == expected, (item, float(value))


def test_table_1_has_39_routine_items_and_table_2_54_others(standard: Groundwater) -> None:
    groups = [item.group for item in standard.items.values()]
    assert (groups.count("routine"), groups.count("other")) == (39, 54)


@pytest.mark.parametrize("item", ["odour", "visible"])
def test_table_1_odour_and_visible_matter_are_words(standard: Groundwater, item: str) -> None:
    """无 fits class I to IV, so the better class: Ⅰ; 有 is Ⅴ."""
    assert [classify({item: word}, standard).roman for word in ("无", "有")] == ["Ⅰ", "Ⅴ"]
    with pytest.raises(SaishangError, match="words"):
        classify({item: "0.2"}, standard)


@pytest.mark.parametrize(
    ("value", "roman"),
    [
        ("5.49", "Ⅴ"), ("5.5", "Ⅳ"), ("6.49", "Ⅳ"), ("6.5", "Ⅰ"), ("7", "Ⅰ"), ("8.5", "Ⅰ"), ("8.51", "Ⅳ"), ("9.0", "Ⅳ"),
        ("9.01", "Ⅴ"), ("0", "Ⅴ"), ("14", "Ⅴ"),
    ],
)  # fmt: skip
def test_table_1_ph_has_two_sides(standard: Groundwater, value: str, roman: str) -> None:
    assert classify({"pH": value}, standard).roman == roman


@pytest.mark.parametrize(
    ("value", "roman"),
    [("未检出", "Ⅰ"), ("0.05L", "Ⅰ"), ("<0.05", "Ⅰ"), (0, "Ⅰ"), ("0.0001", "Ⅱ"), ("0.1", "Ⅱ"), ("0.11", "Ⅲ"),
     ("0.3", "Ⅲ"), ("0.31", "Ⅴ")],
)  # fmt: skip
def test_table_1_surfactants_of_class_one_are_not_detected(standard: Groundwater, value: object, roman: str) -> None:
    """Ⅲ and Ⅳ share 0.3, so nothing is ever Ⅳ."""
    assert classify({"阴离子表面活性剂": value}, standard).roman == roman


@pytest.mark.parametrize(
    ("item", "value", "roman"),
    [("alpha", "0.1", "Ⅰ"), ("alpha", "0.11", "Ⅲ"), ("alpha", "0.5", "Ⅲ"), ("alpha", "0.51", "Ⅳ"), ("alpha", "50", "Ⅳ"),
     ("beta", "0.1", "Ⅰ"), ("beta", "1.0", "Ⅱ"), ("beta", "1.1", "Ⅳ")],
)  # fmt: skip
def test_table_1_total_activity_beyond_class_three_asks_for_nuclides(
    standard: Groundwater, item: str, value: str, roman: str
) -> None:
    """Ⅳ and Ⅴ are printed alike: the better class, with the request for nuclide analysis."""
    verdict = classify({item: value}, standard)
    assert verdict.roman == roman
    assert verdict.items[0].nuclides is (roman == "Ⅳ")


def test_clause_6_the_worst_item_decides_and_is_named(standard: Groundwater) -> None:
    """Example of the standard: chloride 400 mg/L (over 350) and tetrachloroethene 350 µg/L (over 300) are Ⅴ."""
    verdict = classify({"氯化物": 400, "四氯乙烯": 350, "溶解性总固体": 900}, standard)
    assert (verdict.roman, verdict.worst) == ("Ⅴ", ("四氯乙烯", "氯化物"))


def test_clause_6_a_missing_value_is_named_and_never_makes_a_class(standard: Groundwater) -> None:
    verdict = classify({"cl": None, "f": "0.8"}, standard)
    assert (verdict.roman, verdict.missing) == ("Ⅰ", ("cl",))
    assert classify({"cl": None}, standard).number is None


def test_below_detection_counts_half_and_a_coarse_method_is_told(standard: Groundwater) -> None:
    """Half of 0.02 is 0.01: over Ⅰ and Ⅱ of lead (0.005), at Ⅲ (0.01), though nothing was found."""
    lead = standard.item("pb")
    reading = measured("0.02L", lead, standard)
    assert (reading.value, reading.below, item_class(lead, reading)) == (Fraction(1, 100), True, 3)
    assert classify({"pb": "<0.02"}, standard).items[0].coarse
    assert not classify({"pb": "<0.01"}, standard).items[0].coarse  # half is 0.005: Ⅰ all the same


def test_in_force_since_may_2018(rules: Rules) -> None:
    assert groundwater_standard(rules, date(2018, 5, 1)).name == "GB/T 14848-2017"
    with pytest.raises(SaishangError, match="in force"):
        groundwater_standard(rules, date(2018, 4, 30))


def test_units_of_organics_are_micrograms(standard: Groundwater) -> None:
    """Benzene at class III is 10 µg/L here; read as mg/L it would be a thousand times too lax."""
    assert {standard.item(name).unit for name in ("苯", "四氯乙烯", "苯并[a]芘")} == {"µg/L"}
    assert {standard.item(name).unit for name in ("砷", "铅", "硝酸盐")} == {"mg/L"}
    assert exact(standard.item("苯").high[2] or 0) == 10
