"""Trophic index, city index, sources, black-odorous water, blooms, flow, outfalls: edges and refusals."""

from __future__ import annotations

import csv
import math
from datetime import date
from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.science.numbers import InputError
from saishang.science.rounding import fixed
from saishang.science.water.black_odorous import body_grade, heavy_stretches, item_grade, point_grade, sample_grade
from saishang.science.water.blooms import area_grade, density_grade, lake_grade, warning
from saishang.science.water.cwqi import change_percent, city_index, exempt_from_change, item_index, water_index
from saishang.science.water.flow import assurance, days_kept, share_percent
from saishang.science.water.from_rules import (
    black_rule,
    bloom_rule,
    cwqi_rule,
    outfall_states,
    source_rule,
    trophic_rule,
)
from saishang.science.water.sources import compliance_shares, evaluate_source
from saishang.science.water.trophic import combine, grade_of, sub_index, trophic_index
from tests.shared_material import shared

DAY = date(2020, 6, 1)


# --- trophic index ---------------------------------------------------------------------------------------------------


def test_trophic_index_by_the_formulas(rules: Rules) -> None:
    """Second way: the formulas with printed weights 0.2663 0.1879 0.1790 0.1834 0.1834, in floating point."""
    parts = {
        "chla": 10 * (2.5 + 1.086 * math.log(10)), "tp": 10 * (9.436 + 1.624 * math.log(0.05)),
        "tn": 10 * (5.453 + 1.694 * math.log(1.0)), "sd": 10 * (5.118 - 1.94 * math.log(1.0)),
        "codmn": 10 * (0.109 + 2.661 * math.log(4.0)),
    }  # fmt: skip
    weights = {"chla": 0.2663, "tp": 0.1879, "tn": 0.1790, "sd": 0.1834, "codmn": 0.1834}
    expected = sum(weights[key] * part for key, part in parts.items())
    values = {"chla": 10, "tp": "0.05", "tn": "1.0", "sd": "1.0", "codmn": "4.0"}
    assert abs(float(trophic_index(values, trophic_rule(rules)).index) - expected) < 0.01


def test_a_published_table_of_eight_years(rules: Rules) -> None:
    rule = trophic_rule(rules)
    with shared("reference/water/tli_published_check.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 8
    for row in rows:
        parts = {key: row[f"tli_{key}"] for key in ("chla", "tp", "tn", "sd")}
        index = combine(parts, rule)
        assert abs(index - Fraction(row["tli_sum_published"])) <= Fraction("0.0011"), row["year"]
        assert grade_of(index, rule).name == row["grade_published"]


@pytest.mark.parametrize("value", [0, "0", -1, None])
def test_a_logarithm_needs_a_value_above_zero(rules: Rules, value: object) -> None:
    with pytest.raises(InputError):
        sub_index(value, trophic_rule(rules).items["tp"])


def test_unknown_or_no_items_are_refused(rules: Rules) -> None:
    for values in ({}, {"bod": 3}):
        with pytest.raises(InputError):
            trophic_index(values, trophic_rule(rules))


# --- city index ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ph", "index"), [("6", "1"), ("6.5", "0.5"), ("7", "0"), ("8", "0.5"), ("9", "1"), ("9.5", "1.25"), ("5", "2")]
)
def test_index_of_ph(rules: Rules, ph: str, index: str) -> None:
    assert item_index("PH", Fraction(ph), cwqi_rule(rules, DAY)) == Fraction(index)


def test_city_index_and_its_lake_limit(rules: Rules) -> None:
    rule = cwqi_rule(rules, DAY)
    assert item_index("TP", Fraction("0.05"), rule, "lake") == 1
    assert item_index("TP", Fraction("0.05"), rule, "river") == Fraction(1, 4)
    # Total nitrogen is no item of the list.
    assert water_index({"DO": "10", "TN": "9"}, rule) == Fraction(1, 2)
    with pytest.raises(InputError):
        water_index({"TN": "9"}, rule)
    with pytest.raises(InputError):
        item_index("DO", Fraction(0), rule)
    assert city_index("2.4", 6, None, None) == Fraction("2.4")
    assert city_index("2", 3, "4", 1) == Fraction("2.5")
    with pytest.raises(InputError):
        city_index(None, None, None, None)
    with pytest.raises(InputError):
        city_index("2", None, "4", 1)
    assert change_percent("2.1", "2.0") == 5


def test_the_basis_follows_the_day(rules: Rules) -> None:
    assert cwqi_rule(rules, date(2023, 12, 31)).name == "环办监测〔2017〕51号"
    assert cwqi_rule(rules, date(2024, 1, 1)).name == "环办监测函〔2024〕61号"


def test_who_leaves_the_change_list() -> None:
    good = {"a": 2, "b": 1}
    assert exempt_from_change(good, good, {"a": 2, "b": 2})
    assert not exempt_from_change(good, good, {"b": 1, "a": 1})  # a misses its own target
    assert not exempt_from_change({"a": 3, "b": 1}, good, {})
    assert exempt_from_change({"a": 3, "b": 1}, {"a": 3, "b": 3}, {}, limit_class=3)  # drains
    assert not exempt_from_change({}, {}, {})
    assert not exempt_from_change({"a": 2}, good, {})


# --- sources ---------------------------------------------------------------------------------------------------------


def test_sources(rules: Rules) -> None:
    rule = source_rule(rules, DAY)
    assert evaluate_source(3, {"SO4": "250", "FE": "0.3"}, rule).compliant is True
    over = evaluate_source(2, {"SO4": "250.1", "MN": "0.3", "BENZENE": "0.01"}, rule)
    assert (over.compliant, [code for code, _ in over.over]) == (False, ["MN", "SO4"])
    assert over.over[0][1] == 2  # (0.3 - 0.1) / 0.1
    assert evaluate_source(4, {}, rule).compliant is False
    # Not judged by table 1: nothing over is no pass, something over is a miss.
    assert evaluate_source(None, {"SO4": "10"}, rule).compliant is None
    assert evaluate_source(None, {"SO4": "300"}, rule).compliant is False
    with pytest.raises(InputError):
        evaluate_source(2, {"NH3N": "0.1"}, rule)


def test_shares_of_sources() -> None:
    assert compliance_shares([(500, True), (300, True), (200, False)]) == (Fraction(200, 3), Fraction(80))
    assert compliance_shares([(0, True)]) == (Fraction(100), None)
    with pytest.raises(InputError):
        compliance_shares([])


# --- black-odorous water ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("sd_cm", {"25.1": 0, "25": 1, "10": 1, "9.9": 2}),
        ("do", {"2.1": 0, "2.0": 1, "0.2": 1, "0.19": 2}),
        ("orp", {"51": 0, "50": 1, "-200": 1, "-201": 2}),
        ("nh3n", {"7.9": 0, "8.0": 1, "15": 1, "15.1": 2}),
    ],
)
def test_ends_of_the_bands(rules: Rules, key: str, values: dict[str, int]) -> None:
    rule = black_rule(rules)
    assert {v: item_grade(Fraction(v), rule.items[key], ends_are_mild=rule.ends_are_mild) for v in values} == values


def test_points_stretches_bodies(rules: Rules) -> None:
    rule = black_rule(rules)
    rest = {"sd": 0, "nh3n": 0}
    assert point_grade({"do": 6}, 10, rule).grade == 2  # one item in 60 % of its data is enough
    assert point_grade({"do": 5, "orp": 2, **rest}, 10, rule).grade == 1
    assert point_grade({"do": 3, "orp": 3}, 10, rule).grade == 2  # two items in 30 %
    assert point_grade({"do": 3, "orp": 2, **rest}, 10, rule).grade == 1
    short = point_grade({"do": 3, "orp": 2, "sd": None}, 10, rule)
    assert (short.grade, short.missing) == (None, ("sd_cm", "nh3n"))
    with pytest.raises(InputError):
        point_grade({"do": 11}, 10, rule)
    assert heavy_stretches([2, 2, 1, 2, 2, 2, 0, 2, 2, 2], rule) == ((3, 5), (7, 9))
    assert [body_grade(points, rule) for points in ([2, 2, 2, 0, 0], [2, 2, 0, 0], [0, 0])] == [2, 1, 0]


def test_shallow_water_is_judged_by_its_depth(rules: Rules) -> None:
    rule = black_rule(rules)
    # 24 cm deep: 40 % is 9.6 cm, heavy; at 25 cm the measured transparency stands.
    clear = {"do": 5, "orp": 100, "nh3n": 1}
    assert sample_grade({"sd_cm": 24, **clear}, rule, depth_cm=24).grade == 2
    assert sample_grade({"sd_cm": 25, **clear}, rule, depth_cm=25).grade == 1
    with pytest.raises(InputError):
        sample_grade({}, rule)


def test_a_sample_with_a_gap_is_no_clean_sample(rules: Rules) -> None:
    """城市黑臭水体整治工作指南, table of grades: the worst of four items; what was not measured is no pass."""
    rule = black_rule(rules)
    clear = {"sd_cm": 60, "do": 4, "orp": 120, "nh3n": 3}
    assert sample_grade(clear, rule).grade == 0
    for key in clear:
        found = sample_grade({**clear, key: None}, rule)
        assert (found.grade, found.missing) == (None, (key,))
    assert sample_grade({"nh3n": "15.1"}, rule).grade == 2  # heavy whatever the others are
    assert sample_grade({"nh3n": "9"}, rule).grade is None  # mild so far: another item may be heavy


def test_a_source_with_a_gap_does_not_comply(rules: Rules) -> None:
    """GB 3838-2002, table 2: an item that is asked for and has no value may be over its limit."""
    rule = source_rule(rules, DAY)
    found = evaluate_source(2, {"SO4": None, "CL": "120"}, rule)
    assert (found.compliant, found.missing) == (None, ("SO4",))
    assert evaluate_source(2, {"SO4": None, "CL": "251"}, rule).compliant is False
    assert evaluate_source(4, {"SO4": None}, rule).compliant is False


# --- blooms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("density", "grade"),
    [(0, "Ⅰ"), (1999999, "Ⅰ"), (2000000, "Ⅱ"), (9999999, "Ⅱ"), (10000000, "Ⅲ"), (49999999, "Ⅲ"), (50000000, "Ⅳ"),
     (99999999, "Ⅳ"), (100000000, "Ⅴ")],
)  # fmt: skip
def test_density_grades(rules: Rules, density: int, grade: str) -> None:
    assert density_grade(density, bloom_rule(rules)).id == grade


@pytest.mark.parametrize(
    ("area", "grade"),
    [("0", "Ⅰ"), ("0.01", "Ⅱ"), ("9.99", "Ⅱ"), ("10", "Ⅲ"), ("30", "Ⅳ"), ("59.9", "Ⅳ"), ("60", "Ⅴ"), ("100", "Ⅴ")],
)
def test_area_grades(rules: Rules, area: str, grade: str) -> None:
    assert area_grade(area, bloom_rule(rules)).id == grade


def test_several_points(rules: Rules) -> None:
    rule = bloom_rule(rules)
    assert lake_grade([3000000, 4000000, 5000000, 200000000], rule).id == "Ⅱ"  # 3 of 4 hold it
    assert lake_grade([3000000, 4000000, 60000000, 60000000], rule).id == "Ⅲ"  # mean 31,750,000
    with pytest.raises(InputError):
        area_grade(101, rule)


def test_warning_one_week_ahead(rules: Rules) -> None:
    rule = bloom_rule(rules)
    # Doubling every two days from 1e6: 4e6 on day 4; a week on 4e6 · 2^3.5 = 4.5e7, light bloom.
    found = warning({0: 1000000, 2: 2000000, 4: 4000000}, rule)
    assert (found.warn, found.today.id, found.ahead.id) == (True, "Ⅱ", "Ⅲ")
    assert found.doubling_days == pytest.approx(2)
    assert float(found.expected) == pytest.approx(4e6 * 2**3.5)
    steady = warning({0: 3000000, 1: 2500000, 2: 3000000}, rule)
    assert (steady.warn, steady.doubling_days) == (False, None)
    with pytest.raises(InputError):
        warning({0: 1, 1: 2}, rule)


# --- flow, zones, outfalls -------------------------------------------------------------------------------------------


def test_assurance_is_compared_unrounded() -> None:
    # 899 of 999 is 89.99 %: printed as 90.0 and yet short of it.
    found = assurance(999, 899, 90)
    assert (fixed(found.percent, 1), found.met) == ("90.0", False)
    assert assurance(10, 9, 90).met
    assert days_kept(["200", "199.9", None, "250"], "200") == (2, 3)
    for part, whole in ((1, 0), (3, 2), (None, 2)):
        with pytest.raises(InputError):
            share_percent(part, whole)  # type: ignore[arg-type]


def test_an_outfall_walks_from_inspection_to_acceptance(rules: Rules) -> None:
    table = outfall_states(rules)
    steps = [("sample", ["监测报告"]), ("trace", ["责任主体"]), ("plan", ["一口一策方案"]), ("start", ["开工日期"]),
             ("complete", ["验收意见"])]  # fmt: skip
    assert table.walk("found", steps)[-1] == "completed"
    with pytest.raises(InputError, match="missing"):
        table.move("found", "sample")
    with pytest.raises(InputError, match="not possible"):
        table.move("closed_down", "reopen", ["新发现的问题"])


def test_cities_are_ranked_as_published(rules: Rules) -> None:
    from saishang.science.calc import calculate

    cities = {"甲": "2.37501", "乙": "2.375", "丙": "3.1", "丁": "1.9"}
    base = {"甲": "2.5", "乙": "2.375", "丙": "3.0", "丁": "1.5"}
    found = calculate("cwqi", {"cities": cities, "cities_base": base, "exempt": ["丁"]}, rules=rules, on=DAY)
    # 2.37501 prints as 2.3750: shared second place, the next is the fourth.
    assert found["ranking"] == {"丁": 1, "甲": 2, "乙": 2, "丙": 4}
    # (2.375 - 2.5) / 2.5 = -5.0 %; 0; (3.1 - 3.0) / 3.0 = 3.3 %. 丁 is out of the list, however much it rose.
    assert found["change_ranking"] == {"甲": [-5, 1], "乙": [0, 2], "丙": [3.3, 3]}
