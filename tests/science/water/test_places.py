"""Drinking-water sources judged from samples, points of black-odorous waters, assurance of flow: limits and gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.science.groundwater.from_rules import groundwater_standard
from saishang.science.water.black_odorous import point_from_samples
from saishang.science.water.flow import FlowRule, period_assurance
from saishang.science.water.from_rules import black_rule, flow_rule, section_rule, source_rule
from saishang.science.water.section import SectionRule
from saishang.science.water.sources import (
    SourceRule,
    SourceState,
    compliance_shares,
    judge_groundwater,
    judge_surface,
    shares,
    year_verdict,
)

DAY = date(2025, 6, 30)
#: Every item that a surface source is asked for, at the limit of class III of GB 3838 table 1 (rivers) and of table 2.
FULL: dict[str, object] = {
    "PH": "9", "DO": "5", "CODMN": "6", "BOD5": "4", "NH3N": "1.0", "TP": "0.2", "CU": "1.0", "ZN": "1.0", "F": "1.0",
    "SE": "0.01", "AS": "0.05", "HG": "0.0001", "CD": "0.005", "CR6": "0.05", "PB": "0.05", "CN": "0.2",
    "PHENOL": "0.005", "OIL": "0.05", "LAS": "0.2", "SULFIDE": "0.2", "SO4": "250", "CL": "250", "NO3N": "10",
    "FE": "0.3", "MN": "0.1",
}  # fmt: skip


@pytest.fixture(scope="module")
def table1(rules: Rules) -> SectionRule:
    return section_rule(rules, DAY)


@pytest.fixture(scope="module")
def rule(rules: Rules) -> SourceRule:
    return source_rule(rules, DAY)


# --- surface sources -------------------------------------------------------------------------------------------------


def test_a_source_at_every_limit_complies(table1: SectionRule, rule: SourceRule) -> None:
    found = judge_surface(FULL, table1, rule)
    assert (found.compliant, found.number, found.over, found.missing, found.items) == (True, 3, (), (), 25)


@pytest.mark.parametrize(
    ("item", "value", "multiple"),
    [
        ("NH3N", "1.01", Fraction(1, 100)), ("FE", "0.31", Fraction(1, 30)), ("SO4", "251", Fraction(1, 250)),
        ("MN", "0.11", Fraction(1, 10)), ("TP", "0.21", Fraction(1, 20)), ("PH", "9.01", None), ("PH", "5.99", None),
        ("DO", "4.99", None),
    ],
)  # fmt: skip
def test_one_item_just_over_is_no_pass(
    item: str, value: str, multiple: Fraction | None, table1: SectionRule, rule: SourceRule
) -> None:
    found = judge_surface({**FULL, item: value}, table1, rule)
    assert (found.compliant, found.over) == (False, ((item, multiple),))


@pytest.mark.parametrize("item", ["NH3N", "HG", "LAS", "FE", "SO4"])
def test_what_is_missing_is_no_pass_and_over_is_no_pass_whatever_is_missing(
    item: str, table1: SectionRule, rule: SourceRule
) -> None:
    without = {name: value for name, value in FULL.items() if name != item}
    found = judge_surface(without, table1, rule)
    assert (found.compliant, found.missing) == (None, (item,))
    worse = judge_surface({**without, "CL": "300"}, table1, rule)
    assert (worse.compliant, worse.over) == (False, (("CL", Fraction(1, 5)),))


def test_cod_and_nitrogen_are_left_out_and_lakes_have_their_own_phosphorus(
    table1: SectionRule, rule: SourceRule
) -> None:
    assert judge_surface({**FULL, "COD": "90", "TN": "9"}, table1, rule).compliant is True
    # Class III of lakes and reservoirs: 0.05 mg/L.
    assert judge_surface({**FULL, "TP": "0.05"}, table1, rule, body="lake").compliant is True
    over = judge_surface({**FULL, "TP": "0.06"}, table1, rule, body="lake")
    assert over.over == (("TP", Fraction(1, 5)),)


def test_specific_items_are_counted_against_those_asked_for(table1: SectionRule, rule: SourceRule) -> None:
    two = {**FULL, "BENZENE": "0.01", "TOLUENE": "0.7"}
    assert judge_surface(two, table1, rule, specific_asked=2).compliant is True
    short = judge_surface(two, table1, rule, specific_asked=3)
    assert (short.compliant, short.short) == (None, 1)
    over = judge_surface({**two, "BENZENE": "0.011"}, table1, rule, specific_asked=3)
    assert (over.compliant, over.over) == (False, (("BENZENE", Fraction(1, 10)),))
    # Below detection stands for half the limit, so half of 0.02 is the limit of benzene, which is kept.
    assert judge_surface({**FULL, "BENZENE": "0.02L"}, table1, rule, specific_asked=1).compliant is True


def test_nothing_measured_is_no_pass(table1: SectionRule, rule: SourceRule) -> None:
    found = judge_surface({}, table1, rule)
    assert (found.compliant, found.number, found.items, len(found.missing)) == (None, None, 0, 25)


# --- groundwater sources ---------------------------------------------------------------------------------------------


def at_class_three(rules: Rules) -> dict[str, object]:
    """Every routine item at its class III bound, by the table of limits itself."""
    values: dict[str, object] = {}
    for row in rules.table("standards/groundwater/limits").find(edition="GB/T 14848-2017"):
        if row["group"] == "routine":
            word = row["kind"] == "word"
            values[row["item"]] = "无" if word else row["high3"] if row["high3"] is not None else row["low3"]
    return values


def test_groundwater_needs_every_routine_item_at_class_three(rules: Rules) -> None:
    standard = groundwater_standard(rules, DAY)
    values = at_class_three(rules)
    good = judge_groundwater(values, standard)
    assert (good.compliant, good.number, good.over, good.missing) == (True, 3, (), ())
    hardness = next(key for key, item in standard.items.items() if item.zh.startswith("总硬度"))
    over = judge_groundwater({**values, hardness: 451}, standard)
    assert (over.compliant, over.over) == (False, ((hardness, Fraction(1, 450)),))
    del values[hardness]
    assert (judge_groundwater(values, standard).compliant, judge_groundwater(values, standard).missing) == (
        None, (hardness,),
    )  # fmt: skip
    assert judge_groundwater({}, standard).compliant is None


# --- shares and years ------------------------------------------------------------------------------------------------


def test_shares_by_number_and_by_volume() -> None:
    found = shares(
        [SourceState(True, Fraction(500)), SourceState(True, Fraction(300)), SourceState(False, Fraction(200))]
    )
    assert (found.by_number, found.by_volume, found.complete) == (Fraction(200, 3), Fraction(80), True)


def test_a_source_that_is_not_judged_or_not_measured_tells_nothing_by_volume() -> None:
    found = shares([SourceState(True, Fraction(500)), SourceState(None, Fraction(200))])
    assert (found.sources, found.evaluated, found.by_number, found.by_volume) == (2, 1, Fraction(100), Fraction(100))
    assert not found.complete
    unknown = shares([SourceState(True, Fraction(500)), SourceState(False, None)])
    assert (unknown.by_number, unknown.by_volume) == (Fraction(50), None)
    assert shares([]).by_number is None
    assert shares([SourceState(None, Fraction(1))]).by_number is None
    # The calculator's form: a volume that is not known was counted as none of the water before.
    assert compliance_shares([(500, True), (None, False)]) == (Fraction(50), None)


def test_part_of_a_years_water_may_comply() -> None:
    found = shares([SourceState(False, Fraction(120), Fraction(110)), SourceState(True, Fraction(80), Fraction(80))])
    assert (found.by_number, found.by_volume) == (Fraction(50), Fraction(95))


@pytest.mark.parametrize(
    ("months", "verdict"),
    [
        ([True] * 12, True),
        ([True] * 11 + [False], False),
        ([True] * 11 + [None], None),
        ([None, False], False),
        ([], None),
    ],
)
def test_a_year_needs_every_month(months: list[bool | None], verdict: bool | None) -> None:
    assert year_verdict(months) is verdict


# --- black-odorous points --------------------------------------------------------------------------------------------


def sample(**values: object) -> Mapping[str, object]:
    return {"sd_cm": "40", "do": "4", "orp": "100", "nh3n": "2", **values}


HEAVY_NH, HEAVY_DO = {"nh3n": "15.1"}, {"do": "0.19"}


@pytest.mark.parametrize(
    ("heavy", "of", "grade"),
    [(3, 5, 2), (5, 9, 1), (6, 10, 2), (59, 100, 1), (60, 100, 2)],
)
def test_sixty_per_cent_of_one_item_make_a_point_heavy(heavy: int, of: int, grade: int, rules: Rules) -> None:
    samples = [sample(**HEAVY_NH)] * heavy + [sample()] * (of - heavy)
    found = point_from_samples(samples, black_rule(rules))
    assert (found.grade, found.heavy["nh3n"], found.data["nh3n"]) == (grade, heavy, of)


def test_thirty_per_cent_of_two_items_make_a_point_heavy(rules: Rules) -> None:
    rule = black_rule(rules)
    three = [sample(**HEAVY_NH)] * 3 + [sample(**HEAVY_DO)] * 3 + [sample()] * 4
    assert point_from_samples(three, rule).grade == 2
    two = [sample(**HEAVY_NH)] * 3 + [sample(**HEAVY_DO)] * 2 + [sample()] * 5
    assert point_from_samples(two, rule).grade == 1


def test_a_point_is_not_black_only_when_every_value_is_not_and_everything_was_measured(rules: Rules) -> None:
    rule = black_rule(rules)
    assert point_from_samples([sample(), sample()], rule).grade == 0
    assert point_from_samples([sample(), sample(nh3n="8.1")], rule).grade == 1
    # The ends of the mild band (8.0, 25 cm) are mild by the setting.
    assert point_from_samples([sample(nh3n="8.0")], rule).grade == 1
    assert point_from_samples([sample(nh3n="7.99", sd_cm="25.1")], rule).grade == 0
    gone = {key: value for key, value in sample().items() if key != "orp"}
    found = point_from_samples([gone], rule)
    assert (found.grade, found.missing) == (None, ("orp",))
    assert point_from_samples([{**gone, **HEAVY_DO}], rule).grade == 2
    assert point_from_samples([], rule).grade is None


def test_an_items_share_is_of_its_own_data_and_shallow_water_has_its_depth(rules: Rules) -> None:
    rule = black_rule(rules)
    only = [{"nh3n": "16"}, {"nh3n": "16"}, {"do": "4"}, {"do": "4"}, {"do": "4"}]
    assert point_from_samples(only, rule).grade == 2
    # 40 % of 24 cm are 9.6 cm, heavy; at 25 cm the transparency itself counts.
    assert point_from_samples([sample(depth_cm="24")], rule).heavy["sd_cm"] == 1
    assert point_from_samples([sample(depth_cm="25")], rule).heavy["sd_cm"] == 0


# --- ecological flow -------------------------------------------------------------------------------------------------

DAYS = [date(2025, 6, 1) + timedelta(days=number) for number in range(30)]
TARGETS = dict.fromkeys(DAYS, 2)
ASKED = 90


@pytest.fixture(scope="module")
def flow(rules: Rules) -> FlowRule:
    return flow_rule(rules)


@pytest.mark.parametrize(("kept", "met"), [(26, False), (27, True), (28, True)])
def test_assurance_is_reached_when_it_is_kept_exactly(kept: int, met: bool, flow: FlowRule) -> None:
    flows = {day: "2.0" if number < kept else "1.99" for number, day in enumerate(DAYS)}
    found = period_assurance(DAYS, flows, TARGETS, ASKED, flow)
    assert (found.expected, found.present, found.kept, found.met, found.valid) == (30, 30, kept, met, True)


def test_missing_days_are_no_pass(flow: FlowRule) -> None:
    # 27 of 30 days have a flow: as many as a period needs.
    enough = period_assurance(DAYS, dict.fromkeys(DAYS[:27], 3), TARGETS, ASKED, flow)
    assert (enough.present, enough.met, enough.valid) == (27, True, True)
    few = period_assurance(DAYS, dict.fromkeys(DAYS[:26], 3), TARGETS, ASKED, flow)
    assert (few.present, few.percent, few.met, few.valid) == (26, Fraction(100), None, False)
    # Whatever the four missing days were, four failures of thirty are too many; with three the rest could still do.
    bad = dict.fromkeys(DAYS[:22], 3) | dict.fromkeys(DAYS[22:26], 1)
    assert period_assurance(DAYS, bad, TARGETS, ASKED, flow).met is False
    less = dict.fromkeys(DAYS[:23], 3) | dict.fromkeys(DAYS[23:26], 1)
    assert period_assurance(DAYS, less, TARGETS, ASKED, flow).met is None
    # 20 of 30 days are 66.7 %: certain where only 66 % are asked.
    sure = period_assurance(DAYS, dict.fromkeys(DAYS[:20], 3), TARGETS, 66, flow)
    assert (sure.met, sure.valid) == (True, False)
    none = period_assurance(DAYS, {}, TARGETS, ASKED, flow)
    assert (none.percent, none.met, none.valid) == (None, None, False)


def test_each_day_has_the_target_of_its_day(flow: FlowRule) -> None:
    later = {day: 3 if day.day > 15 else 2 for day in DAYS}
    found = period_assurance(DAYS, dict.fromkeys(DAYS, "2.5"), later, ASKED, flow)
    assert (found.kept, found.percent) == (15, Fraction(50))
    # Days without a target are not asked.
    half = dict.fromkeys(DAYS[:10], 2)
    assert period_assurance(DAYS, dict.fromkeys(DAYS, "2.5"), half, ASKED, flow).expected == 10
    strict = replace(flow, days_needed_percent=Fraction(100))
    assert period_assurance(DAYS, dict.fromkeys(DAYS[:29], 3), TARGETS, ASKED, strict).valid is False
