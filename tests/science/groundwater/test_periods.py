"""Class of a point over a period: limits, means, what is missing, targets, trends; expected values by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction as F

import pytest

from saishang.rules import load_rules
from saishang.science.groundwater.classes import Measured
from saishang.science.groundwater.from_rules import groundwater_standard
from saishang.science.groundwater.parameters import coarsest_limit, parameter_items, reading
from saishang.science.groundwater.periods import PeriodRule, period_rule, period_verdict, yearly_trend

RULES = load_rules()
STANDARD = groundwater_standard(RULES, date(2025, 1, 1))
RULE = period_rule(RULES)
FEW = PeriodRule(required=("nh3n", "f"))


def m(value: str, below: bool = False) -> Measured:
    return Measured(F(value), below=below, limit=F(value) * 2 if below else None)


@pytest.mark.parametrize(
    ("item", "value", "number"),
    [  # just below, at and above each limit; GB/T 14848-2017 table 1, ammonia 0.02 0.10 0.50 1.50
        ("nh3n", "0.0199", 1), ("nh3n", "0.02", 1), ("nh3n", "0.0201", 2), ("nh3n", "0.10", 2), ("nh3n", "0.1001", 3),
        ("nh3n", "0.5", 3), ("nh3n", "0.5001", 4), ("nh3n", "1.5", 4), ("nh3n", "1.5001", 5),
        # fluoride 1.0 1.0 1.0 2.0: equal limits give the better class
        ("f", "1.0", 1), ("f", "1.0001", 4), ("f", "2.0", 4), ("f", "2.0001", 5),
        # pH 6.5–8.5 for Ⅰ to Ⅲ, 5.5–6.5 and 8.5–9.0 for Ⅳ
        ("ph", "6.5", 1), ("ph", "6.49", 4), ("ph", "5.5", 4), ("ph", "5.49", 5), ("ph", "8.5", 1), ("ph", "8.51", 4),
        ("ph", "9.0", 4), ("ph", "9.01", 5),
    ],
)  # fmt: skip
def test_classes_at_the_limits(item: str, value: str, number: int) -> None:
    assert period_verdict([{item: m(value)}], STANDARD, FEW).number == number


def test_the_mean_decides_and_the_worst_item_names_the_class() -> None:
    """Ammonia (0.4 + 0.8) / 2 = 0.6 > 0.5: Ⅳ; fluoride (0.9 + 1.1) / 2 = 1.0: Ⅰ."""
    samples = [{"nh3n": m("0.4"), "f": m("0.9")}, {"nh3n": m("0.8"), "f": m("1.1")}]
    verdict = period_verdict(samples, STANDARD, FEW)
    assert (verdict.number, verdict.worst, verdict.missing, verdict.sure) == (4, ("nh3n",), (), True)
    by = {entry.item.key: entry for entry in verdict.items}
    assert (by["nh3n"].value, by["f"].value, by["f"].number) == (F(3, 5), F(1), 1)
    worst = period_verdict(samples, STANDARD, PeriodRule(required=("nh3n", "f"), year_class="worst"))
    assert {e.item.key: e.number for e in worst.items} == {"nh3n": 4, "f": 4}  # 1.1 is Ⅳ by itself


def test_what_is_missing_never_passes() -> None:
    verdict = period_verdict([{"nh3n": m("0.3")}], STANDARD, FEW)
    assert (verdict.number, verdict.missing, verdict.sure) == (3, ("f",), False)
    # Class Ⅲ is a lower bound: fluoride could break the target. A target that is broken already is broken.
    assert verdict.complies(3) is None and verdict.complies(4) is None and verdict.complies(2) is False
    assert verdict.complies(5) is True and verdict.complies(None) is None
    five = period_verdict([{"nh3n": m("1.6")}], STANDARD, FEW)
    assert five.sure and five.complies(4) is False  # nothing is worse than Ⅴ
    nothing = period_verdict([{"nh3n": Measured(None)}], STANDARD, FEW)
    assert (nothing.number, nothing.missing, nothing.sure, nothing.complies(3)) == (None, ("nh3n", "f"), False, None)


def test_the_required_items_are_the_routine_ones_without_microbes_and_radioactivity() -> None:
    routine = {key for key, item in STANDARD.items.items() if item.group == "routine"}
    assert set(RULE.required) == routine - {"coliform", "plate_count", "alpha", "beta"} and len(RULE.required) == 35


def test_below_detection() -> None:
    item = STANDARD.items["as"]
    half = reading(item, 0.004, True, STANDARD)
    assert (half.value, half.limit, half.below) == (F(1, 500), F(1, 250), True)
    assert reading(item, None, True, STANDARD) == Measured(F(0), below=True)
    assert reading(item, None, False, STANDARD).missing
    assert reading(STANDARD.items["odour"], 1.0, False, STANDARD).word == "present"
    assert reading(STANDARD.items["ph"], 14.2, False, STANDARD).missing  # a slip of the pen is no class
    # Half of 0.004 is over Ⅱ (0.001): nothing was found, yet the class is Ⅲ, and the item says so.
    verdict = period_verdict([{"as": half}], STANDARD, FEW)
    assert (verdict.number, verdict.items[0].coarse) == (3, True)
    # Surfactants: class Ⅰ is "not detected", whatever the method's limit.
    assert period_verdict([{"las": m("0.02", below=True)}], STANDARD, FEW).number == 1
    assert coarsest_limit(item) == F(1, 100) and coarsest_limit(STANDARD.items["ph"]) is None


def test_parameters_and_items_are_one_to_one() -> None:
    items = parameter_items(RULES, STANDARD)
    assert sorted(items.values()) == sorted(STANDARD.items) and items["GW.cr6"] == "cr6"
    for code, key in items.items():
        assert RULES.parameters[code]["unit"] == STANDARD.items[key].unit, code


def test_trend_by_hand() -> None:
    """Five rising years: S = 10, variance 5·4·15/18 = 50/3, Z = 9/√(50/3) = 2.2045, p = 0.0275; slope 1/4."""
    item = STANDARD.items["nh3n"]
    years = {2021 + n: (F(n, 4), False) for n in range(5)}
    trend = yearly_trend(item, years, RULE)
    assert trend is not None and trend.found is not None
    assert (trend.found.s, trend.found.variance, trend.found.slope) == (10, F(50, 3), F(1, 4))
    assert trend.found.p == pytest.approx(0.02749, abs=1e-5) and trend.found.trend == "up" and trend.worse is True
    falling = yearly_trend(item, {year: (-value, hidden) for year, (value, hidden) in years.items()}, RULE)
    assert falling is not None and falling.worse is False


def test_a_year_that_is_missing_keeps_its_distance() -> None:
    """0, 1, 2, 4, 5 in 2020, 21, 22, 24, 25: every pair rises by 1 a year."""
    years = {2020 + n: (F(n), False) for n in (0, 1, 2, 4, 5)}
    trend = yearly_trend(STANDARD.items["no3n"], years, RULE)
    assert trend is not None and trend.found is not None and trend.found.slope == 1 and trend.found.s == 10


def test_what_is_not_tested() -> None:
    item, four = STANDARD.items["nh3n"], {2021 + n: (F(n), False) for n in range(4)}
    trend = yearly_trend(item, four, RULE)
    assert trend is not None and (trend.found, trend.years, trend.reason, trend.worse) == (None, 4, "years_short", None)
    hidden = {2021 + n: (F(1, 100), n < 3) for n in range(5)}  # 3 of 5 below detection: more than half
    trend = yearly_trend(item, hidden, RULE)
    assert trend is not None and trend.reason == "mostly_below_detection"
    at_the_edge = {2021 + n: (F(n + 1, 100), n < 3) for n in range(6)}  # 3 of 6: exactly half is tested
    trend = yearly_trend(item, at_the_edge, RULE)
    assert trend is not None and trend.reason == "" and trend.found is not None
    assert yearly_trend(STANDARD.items["odour"], four, RULE) is None
    assert yearly_trend(item, {2021: (F(1), False)}, RULE) is None
    rising = yearly_trend(STANDARD.items["ph"], {2021 + n: (F(7) + F(n, 10), False) for n in range(5)}, RULE)
    assert rising is not None and rising.worse is None  # a rising pH is not worse by itself
