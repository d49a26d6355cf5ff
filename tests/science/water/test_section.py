"""Single-factor evaluation: every limit of every class from below, at and above; order of main pollutants; laws."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishang.rules import Rules, load_rules
from saishang.science.detection import measured
from saishang.science.numbers import InputError
from saishang.science.water.classes import CLASSES, class_name, class_number
from saishang.science.water.limits import oxygen_saturation
from saishang.science.water.section import SectionRule, complies, evaluate_section

COLUMNS = ("class1", "class2", "class3", "class4", "class5")
ROWS = [row for row in load_rules().table("standards/water/surface_limits") if row["direction"] != "range"]
EDGES = [
    (row["parameter"], body, number, [row[name] for name in COLUMNS], row["direction"])
    for row in ROWS
    for body in (("river", "lake") if row["body"] == "all" else (row["body"],))
    for number in range(1, 6)
]


def by_hand(value: Decimal, limits: list[Decimal], direction: str) -> int:
    """Class by counting the limits that are missed: a second way beside walking through them."""
    missed = sum(value > limit if direction == "max" else value < limit for limit in limits)
    # Limits ascend in strictness, so the number of missed ones is the class, but for equal limits of neighbours.
    return missed + 1


@pytest.mark.parametrize(("code", "body", "number", "limits", "direction"), EDGES)
def test_below_at_and_above_every_limit(
    section: SectionRule, code: str, body: str, number: int, limits: list[Decimal], direction: str
) -> None:
    item = section.limits.of("lake" if body == "lake" else "river")[code]
    step = Decimal("0.0000001")
    for value in (limits[number - 1] - step, limits[number - 1], limits[number - 1] + step):
        assert item.class_of(Fraction(value)) == by_hand(value, limits, direction), value
    # At the limit is in the class, the better one where neighbours share it.
    at = item.class_of(Fraction(limits[number - 1]))
    assert at <= number
    assert limits[at - 1] == limits[number - 1]


@pytest.mark.parametrize(
    ("ph", "number"), [("5.99", 6), ("6", 1), ("6.01", 1), ("8.99", 1), ("9", 1), ("9.0", 1), ("9.01", 6)]
)
def test_ph_has_one_range(section: SectionRule, ph: str, number: int) -> None:
    result = evaluate_section({"PH": ph, "DO": "8"}, section)
    assert result.number == number
    assert [(item.parameter, item.multiple) for item in result.main] == ([] if number == 1 else [("PH", None)])


def test_binary_numbers_do_not_cross_a_limit(section: SectionRule) -> None:
    # 0.1 + 0.1 + 0.1 - 0.1 is 0.20000000000000004 as a float; a float is taken as it prints.
    assert evaluate_section({"TP": 0.2, "DO": 8}, section).number == 3
    assert evaluate_section({"TP": "0.2000000001", "DO": 8}, section).number == 4


def test_no_basic_item_no_class(section: SectionRule) -> None:
    result = evaluate_section({"CU": "0.5", "TN": "3", "WT": "12"}, section)
    assert (result.number, result.grade) == (None, None)
    assert set(result.missing) == {"PH", "DO", "CODMN", "NH3N", "TP"}
    # A missing item is named, and does not lower the class.
    result = evaluate_section({"CU": "0.5", "NH3N": "0.1", "DO": None}, section)
    assert (result.number, result.missing) == (2, ("PH", "DO", "CODMN", "TP"))


def test_main_pollutants_are_named_only_beyond_class_3(section: SectionRule) -> None:
    assert evaluate_section({"TP": "0.2", "NH3N": "1.0"}, section).main == ()
    result = evaluate_section({"TP": "0.201", "NH3N": "1.0"}, section)
    assert [item.parameter for item in result.main] == ["TP"]


def test_at_most_three_the_priority_metals_first(section: SectionRule) -> None:
    # Lead IV by 0.2; ammonia 劣Ⅴ by 1.4; phosphorus 劣Ⅴ by 1.25; COD Ⅴ by 0.8 falls out (worked example S09).
    result = evaluate_section({"PB": "0.06", "NH3N": "2.4", "COD": "36", "TP": "0.45"}, section)
    assert [item.parameter for item in result.main] == ["PB", "NH3N", "TP"]
    assert [item.multiple for item in result.main] == [Fraction(1, 5), Fraction(7, 5), Fraction(5, 4)]
    # Two of them: the worse class first. Cadmium 0.007: Ⅴ; cyanide 0.3: 劣Ⅴ.
    result = evaluate_section({"CD": "0.007", "CN": "0.3", "NH3N": "9"}, section)
    assert [item.parameter for item in result.main] == ["CN", "CD", "NH3N"]
    # Arsenic is no priority item as the measures are read here.
    result = evaluate_section({"AS": "0.09", "NH3N": "2.4"}, section)
    assert [item.parameter for item in result.main] == ["NH3N", "AS"]


def test_items_without_multiple_come_last_in_their_class(section: SectionRule) -> None:
    # Both Ⅴ: oxygen has no multiple, ammonia 0.6.
    result = evaluate_section({"DO": "2.5", "NH3N": "1.6"}, section)
    assert [(item.parameter, item.multiple) for item in result.main] == [("NH3N", Fraction(3, 5)), ("DO", None)]


def test_only_the_items_of_the_section_count(section: SectionRule) -> None:
    values = {"NH3N": "0.1", "DO": "8", "F": "3"}
    assert evaluate_section(values, section).number == 6
    assert evaluate_section(values, section, only=["NH3N", "DO", "TP"]).number == 1


def test_below_detection_is_half_the_limit_and_too_coarse_a_method_is_named(section: SectionRule) -> None:
    result = evaluate_section({"HG": "0.0004L", "DO": "8"}, section)
    # Half of it, 0.0002, lies over class III (0.0001): class IV, and doubtful.
    assert result.number == 4
    assert result.items["HG"].doubtful
    assert not evaluate_section({"HG": "0.0002", "DO": "8"}, section).items["HG"].doubtful
    for text in ("0.025L", "<0.025", "＜0.025", "0.025 l"):
        assert measured(text) == measured("0.025L")


@pytest.mark.parametrize("text", ["未检出", "ND", "<", "0L", "abc", "-0.1", "0.02LL"])
def test_values_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        measured(text)


@pytest.mark.parametrize("text", ["", "*", "--", "—", None, "NA"])
def test_marks_of_missing_values(text: str | None) -> None:
    assert measured(text) is None


def test_saturation_is_a_setting(section: SectionRule) -> None:
    from dataclasses import replace

    # 468 / (31.6 + 20.4) = 9.0 mg/L, 90 % of it 8.1; at 30 °C 468 / 61.6 = 7.597, 90 % is 6.838.
    assert oxygen_saturation(Fraction("20.4")) == 9
    values = {"DO": "6.84", "WT": "30"}
    assert evaluate_section(values, section).number == 2
    assert evaluate_section(values, replace(section, saturation=True)).number == 1
    assert evaluate_section({"DO": "6.83", "WT": "30"}, replace(section, saturation=True)).number == 2
    assert evaluate_section({"DO": "6.84"}, replace(section, saturation=True)).number == 2


@pytest.mark.parametrize(("number", "target", "verdict"), [(2, 2, True), (3, 2, False), (1, 3, True), (6, 5, False)])
def test_compliance_with_the_own_target(number: int, target: int, verdict: bool) -> None:
    assert complies(number, target) is verdict


def test_compliance_needs_both() -> None:
    assert complies(None, 3) is None
    assert complies(3, None) is None


@pytest.mark.parametrize("text", ["", "Ⅵ", "七", "0", "劣Ⅲ", "优", "12"])
def test_classes_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="water quality class"):
        class_number(text)


def test_class_words_go_both_ways() -> None:
    assert [class_number(word) for word in CLASSES] == [1, 2, 3, 4, 5, 6]
    assert [class_name(number) for number in range(1, 7)] == list(CLASSES)
    assert [class_number(word) for word in ("V", "劣V类", "五类", "Ⅲ类", ">Ⅴ")] == [5, 6, 5, 3, 6]


VALUES = st.dictionaries(
    st.sampled_from(["DO", "CODMN", "NH3N", "TP", "COD", "F", "PB"]),
    st.decimals(min_value="0.0001", max_value="60", places=4),
    min_size=1,
)


@given(VALUES, st.sampled_from(["CODMN", "NH3N", "TP", "COD", "F"]), st.decimals(min_value=0, max_value=60, places=4))
@settings(max_examples=150, deadline=None)
def test_one_more_item_never_betters_the_class(values: dict[str, Decimal], code: str, value: Decimal) -> None:
    rule = SHIPPED
    before = evaluate_section({**values, "PH": 7}, rule).number
    after = evaluate_section({**values, "PH": 7, **({} if code in values else {code: value})}, rule).number
    assert before is not None
    assert after is not None
    assert after >= before


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_a_lake_is_never_better_than_a_river(values: dict[str, Decimal]) -> None:
    """Lake limits of phosphorus are stricter; all else is equal."""
    lake, stream = (evaluate_section({**values, "PH": 7}, SHIPPED, body) for body in ("lake", "river"))
    assert lake.number is not None
    assert stream.number is not None
    assert lake.number >= stream.number


def _shipped() -> SectionRule:
    from datetime import date

    from saishang.science.water.from_rules import section_rule

    return section_rule(load_rules(), date(2024, 6, 1))


SHIPPED = _shipped()


def test_the_settings_of_the_rules_reach_the_function(rules: Rules, section: SectionRule) -> None:
    assert section.saturation is False
    assert section.grades == {1: "优", 2: "优", 3: "良好", 4: "轻度污染", 5: "中度污染", 6: "重度污染"}
